import type { Merchant } from '../../merchants/merchant.ts'
import { Declined } from '../../operators/rights/declined.ts'
import { requireMay } from '../../operators/rights/guard.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { CampaignState } from '../../plumbing/storage/schema.ts'
import type { Services } from '../../services.ts'
import { lockedCampaign } from '../apply-in.ts'
import { writeCampaignDeed } from '../audit.ts'

/** What can be done at once with a campaign that was published: from which states, and to which. */
export const stateChanges = {
  pause: { from: ['published'], to: 'paused' },
  resume: { from: ['paused'], to: 'published' },
  end: { from: ['published', 'paused'], to: 'ended' },
} as const satisfies Record<string, { from: CampaignState[]; to: CampaignState }>

export type StateChange = keyof typeof stateChanges

/**
 * Pauses, resumes or ends a campaign; what was approved when it was published stays so. Throws `Declined`: not_found for
 * an unknown slug, state_moved when it is in another state than the change starts from.
 */
export async function changeCampaignState(
  { db, clock, catalog }: Services,
  person: Person,
  { merchant, slug, change }: { merchant: Merchant; slug: string; change: StateChange },
): Promise<void> {
  requireMay(person, 'edit_campaigns', ofMerchant(merchant.id))
  const from: readonly CampaignState[] = stateChanges[change].from
  await db.transaction().execute(async (trx) => {
    const before = await lockedCampaign(trx, merchant.id, slug)
    if (!before) throw new Declined('not_found')
    if (!from.includes(before.state)) throw new Declined('state_moved')
    const at = clock.now()
    const after = await trx
      .updateTable('campaigns')
      .set({ state: stateChanges[change].to, revision: before.revision + 1, updated_at: at })
      .where('id', '=', before.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await writeCampaignDeed(trx, { at, by: doerOf(person), before, after })
  })
  catalog.forget()
}
