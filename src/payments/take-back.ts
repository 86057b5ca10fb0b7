import { cancelUnsent } from '../ledger/cancel.ts'
import { flagRefunded, unflagRefunded } from '../ledger/flag-refunded.ts'
import type { GivenBack } from '../ledger/overshoots.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { isSpend, memberSpend, type SpendCampaignRow } from './spend-ledger.ts'
import { fallenTiers, reachAround, standingTiers } from './spend-rules.ts'

export type TakenBack = {
  /** A coupon that is no longer earned is being sent at this moment: whether it can be taken back is known shortly. */
  inFlight: boolean
  /** Something was cancelled, or is no longer flagged. */
  changed: boolean
  /** Places for the gate to hear of once the transaction is committed. */
  freed: GivenBack[]
}

type Seen = { merchant: Merchant; openid: string; transactionId: string; at: Date }

/**
 * Takes back what the member no longer earned, seen from one payment, in every campaign that gave the member something:
 * a draft or paused one too. Runs in the transaction that raised the member's facts. What was surely not sent is
 * cancelled; what only refunds have put out of reach is flagged, sent or not. Of the rest another tier has taken the
 * place, or a payment turned out not to count, and that leaves no flag. A flag goes when the tier is earned again.
 */
export async function takeBack(trx: Db, seen: Seen): Promise<TakenBack> {
  const taken: TakenBack = { inFlight: false, changed: false, freed: [] }
  for (const campaign of await campaignsThatGave(trx, seen)) {
    const { campaign: rule, payments, given } = await memberSpend(trx, campaign, seen.openid, seen.transactionId)
    const payment = payments.find((one) => one.transactionId === seen.transactionId)
    if (!payment) continue
    const mark = memberMark(seen.merchant, seen.openid)
    const reach = reachAround(rule, mark, payments, payment)
    // Refunds are judged as if every payment counted: one that was found out to use our coupon may be given back as well.
    const all = payments.map((one) => ({ ...one, usedOurCoupon: false }))
    const { value, paid } = reachAround(rule, mark, all, { ...payment, usedOurCoupon: false })
    for (const { grantId, tier, waiting, refundedAt } of fallenTiers(reach, given)) {
      const refunded = tier > value && tier <= paid
      if (waiting) {
        const done = await cancelUnsent(
          trx,
          { merchantId: seen.merchant.id, grantId },
          refunded ? 'refunded' : 'not_eligible',
          seen.at,
        )
        taken.freed.push(...done.freed)
        taken.changed ||= done.cancelled
        taken.inFlight ||= done.left
      }
      if (refunded && refundedAt === null) await flagRefunded(trx, grantId, seen.at)
    }
    for (const { grantId } of standingTiers(reach, given).filter(({ refundedAt }) => refundedAt !== null)) {
      await unflagRefunded(trx, grantId)
      taken.changed = true
    }
  }
  return taken
}

async function campaignsThatGave(trx: Db, { merchant, openid }: Seen): Promise<SpendCampaignRow[]> {
  const campaigns = await trx
    .selectFrom('campaigns')
    .selectAll()
    .where('kind', '=', 'spend')
    .where('id', 'in', (query) =>
      query
        .selectFrom('grants')
        .select('campaign_id')
        .where('merchant_id', '=', merchant.id)
        .where('openid', '=', openid),
    )
    .orderBy('id')
    .execute()
  return campaigns.filter(isSpend)
}
