import { beijingDay } from '../clock.ts'
import type { Services } from '../services.ts'
import { type Ticker, openTicker } from '../ticker.ts'
import { takenInLedger } from './gate.ts'
import { isFullInLedger } from './slots.ts'

/** Far longer than a claim takes from the gate to the ledger: what is still missing then was lost with its process. */
const repairEveryMs = 10_000

/**
 * Finds places that the gate holds and the ledger never saw (a process died between the two), and frees those that
 * were already missing one round ago. Only scopes of a whole campaign need it: a member's are checked when they tap.
 */
export function openGateRepair(services: Services): Ticker {
  let missingBefore = new Map<string, Set<number>>()

  async function repair(): Promise<void> {
    const missing = new Map<string, Set<number>>()
    for (const { merchantId, scope, limit } of await campaignScopes(services)) {
      const taken = await services.gate.taken(merchantId, scope)
      // A lost place hurts nobody while others are free.
      if (!taken || taken.length < limit || (await isFullInLedger(services, { scope, limit, take: 1 }))) continue
      const known = new Set((await takenInLedger(services.db, [scope])).get(scope))
      const lost = new Set(taken.filter((number) => !known.has(number)))
      const before = missingBefore.get(scope)
      const freed = [...lost].filter((number) => before?.has(number)).map((number) => ({ scope, number }))
      services.gate.giveBack(merchantId, freed)
      for (const { number } of freed) lost.delete(number)
      if (freed.length > 0)
        services.log.warn({ scope, freed: freed.length }, 'freed places that a lost process had taken at the gate')
      missing.set(scope, lost)
    }
    missingBefore = missing
  }

  return openTicker({ name: 'gate repair', everyMs: repairEveryMs, act: repair, log: services.log })
}

async function campaignScopes({
  db,
  clock,
}: Services): Promise<{ merchantId: number; scope: string; limit: number }[]> {
  const campaigns = await db
    .selectFrom('campaigns')
    .select(['id', 'merchant_id', 'limits', 'spend'])
    .where('state', '=', 'published')
    .execute()
  const day = beijingDay(clock.now())
  return campaigns.flatMap(({ id, merchant_id: merchantId, limits, spend }) => {
    const root = `campaign/${id}`
    return [
      { scope: `${root}/total`, limit: limits.total },
      { scope: `${root}/day/${day}`, limit: limits.per_day },
      ...(spend?.tiers ?? []).map((tier) => ({ scope: `${root}/tier/${tier.at_least}`, limit: tier.total })),
    ].flatMap(({ scope, limit }) => (limit === undefined ? [] : [{ merchantId, scope, limit }]))
  })
}
