import type { Earned } from '../grants/earned.ts'
import type { MemberSpend } from './spend-ledger.ts'
import { type CampaignPayment, earnedTiers, type Reach, reachOf } from './spend-rules.ts'

/** An award that a payment has earned. */
export type EarnedByPayment = Earned &
  Required<Pick<Earned, 'tier' | 'transactionId' | 'factsVersion' | 'dueAt' | 'at'>>

/**
 * What a payment means in a campaign, with all that is known of its member: how far they have come, and the awards that
 * were not given yet, in the order of payment. Without a reach the payment does not count there.
 */
export function decidePayment(
  spend: MemberSpend,
  mark: string,
  payment: CampaignPayment,
): { reach: Reach | undefined; earned: EarnedByPayment[] } {
  const reach = reachOf(spend.campaign, mark, spend.payments, payment)
  const tiers = reach ? earnedTiers(spend.campaign, reach, spend.given) : []
  const { factsVersion } = spend
  const earned = tiers.map(({ tier, paidAt, ...one }) => {
    return { ...one, coupons: tier.coupons, tier: tier.at_least, factsVersion, at: paidAt }
  })
  return { reach, earned }
}
