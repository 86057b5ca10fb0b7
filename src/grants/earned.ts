import type { CampaignCoupon } from '../plumbing/storage/schema.ts'

/** What a member has earned in a campaign and was not given yet. */
export type Earned = {
  triggerKey: string
  coupons: CampaignCoupon[]
  /** Spend campaigns: the tier's `at_least`, the payment that reached it, and when its hold is over. */
  tier?: number
  transactionId?: string
  /** The member's facts that it was worked out from (payments/facts.ts). */
  factsVersion?: number
  dueAt?: Date
  /** When it was earned: what the campaign's time is compared with. */
  at?: Date
}
