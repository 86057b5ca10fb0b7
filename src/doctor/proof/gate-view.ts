import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Services } from '../../services.ts'
import { campaignScopes, type CampaignScope } from '../../ledger/campaign-scopes.ts'
import type { Believed } from '../../gate/gate-store.ts'

/**
 * Where the gate and the ledger differ about a campaign's scopes. No difference breaks a limit: a place that the gate
 * wrongly believes free will be a conflict; one that it wrongly believes held is found by the gate's repair once the
 * others are gone. Claims in progress look like the second kind.
 */
export async function gateView(services: Services, merchantIds: number[]): Promise<string[]> {
  const { db, gate, clock } = services
  const notes: string[] = []
  for (const one of await campaignScopes(db, clock.now())) {
    if (!merchantIds.includes(one.merchantId)) continue
    try {
      const believed = await gate.believes(one.merchantId, one.scope)
      if (believed) notes.push(...(await differences(db, one, believed)))
    } catch (error) {
      return [...notes, `the gate cannot be compared: ${(error as Error).message}`]
    }
  }
  return notes
}

async function differences(db: Db, { merchantId, scope }: CampaignScope, { high, free }: Believed): Promise<string[]> {
  const { rows } = await sql<{ below: number; above: number; free: number }>`
    select count(*) filter (where number <= ${high}) as below, count(*) filter (where number > ${high}) as above,
      count(*) filter (where number <= ${high} and number = any(${free}::integer[])) as free
    from slots where merchant_id = ${merchantId} and scope = ${scope}`.execute(db)
  const ledger = rows[0]!
  const wronglyFree = ledger.above + ledger.free
  const wronglyHeld = high - (free.filter((number) => number <= high).length - ledger.free) - ledger.below
  return [
    ...(wronglyFree > 0 ? [`${scope}: ${wronglyFree} free at the gate and held in the ledger: conflicts to come`] : []),
    ...(wronglyHeld > 0
      ? [`${scope}: ${wronglyHeld} held at the gate and free in the ledger: for the gate's repair`]
      : []),
  ]
}
