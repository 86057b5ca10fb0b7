import { cancelUnsent } from '../ledger/cancel.ts'
import { flagRefunded, unflagRefunded } from '../ledger/flag-refunded.ts'
import type { GivenBack } from '../ledger/overshoots.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { isSpend, memberSpend, type SpendCampaignRow } from './spend-ledger.ts'
import { fallenTiers, reachAround, standingTiers } from './spend-rules.ts'

export type TakenBack = {
  /**
   * A coupon that is no longer earned is being sent at this moment; it will soon be known whether it can be taken back.
   */
  inFlight: boolean
  /** A coupon was cancelled, or a flag was removed. */
  changed: boolean
  /** Places that the gate may offer again after the commit. */
  freed: GivenBack[]
}

type Seen = { merchant: Merchant; openid: string; transactionId: string; at: Date }

/**
 * Takes back what the member no longer earns with the payments that count together with one payment, in every campaign
 * that gave the member something, also in a draft or paused one. Runs in the transaction that raised the member's
 * facts. Coupons that were surely not sent are cancelled. A grant that only refunds have put out of reach is flagged,
 * sent or not. Other grants get no flag: another tier is earned instead, or a payment turned out not to count. A flag
 * is removed when the tier is earned again.
 */
export async function takeBack(trx: Db, seen: Seen): Promise<TakenBack> {
  const taken: TakenBack = { inFlight: false, changed: false, freed: [] }
  for (const campaign of await campaignsThatGave(trx, seen)) {
    const { campaign: rule, payments, given } = await memberSpend(trx, campaign, seen.openid, seen.transactionId)
    const payment = payments.find((one) => one.transactionId === seen.transactionId)
    if (!payment) continue
    const mark = memberMark(seen.merchant, seen.openid)
    const reach = reachAround(rule, mark, payments, payment)
    // To judge the refunds, every payment counts: a payment that turned out to use our coupon may be refunded as well.
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
