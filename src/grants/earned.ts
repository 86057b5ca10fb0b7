import type { CampaignCoupon } from '../plumbing/storage/schema.ts'

/** What a member has earned in a campaign and has not received yet. */
export type Earned = {
  triggerKey: string
  coupons: CampaignCoupon[]
  /** Only for spend campaigns: the tier's `at_least`, the payment that reached it, and when its hold ends (`dueAt`). */
  tier?: number
  transactionId?: string
  /** The version of the member's facts that this is based on (payments/facts.ts). */
  factsVersion?: number
  dueAt?: Date
  /** When it was earned; it must lie within the campaign's time. */
  at?: Date
}
