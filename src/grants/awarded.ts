import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Reservation } from '../ledger/reserve.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { AskAgain } from '../plumbing/ask-again.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { MemberReason } from '../refusal.ts'

/** What a member earned in a campaign by a trigger. */
export type Award = {
  merchant: Merchant
  campaign: Campaign
  openid: string
  /** Makes the award happen once: a second award with the same key finds the grant of the first one. */
  triggerKey: string
  coupons: CampaignCoupon[]
  /** `at_least` of the spend tier that was reached. */
  tier?: number | undefined
  transactionId?: string | undefined
  /**
   * The version of the member's facts that was used; when they have changed, nothing is written (payments/facts.ts).
   */
  factsVersion?: number | undefined
  /** The coupons are not sent before this time; absent: send now. */
  dueAt?: Date | undefined
  /** When it was earned: decides the day that it counts for, and whether the campaign was open. */
  at: Date
  /** True when the caller sends at once: it gets the coupons leased. Otherwise the worker sends them. */
  lease?: boolean
}

export type Awarded =
  | { kind: 'granted'; grantId: string; coupons: Reservation['coupons']; leased: OwedCoupon[]; stocks: Stock[] }
  | { kind: 'existing'; grantId: string }
  | { kind: 'turned_away'; reason: MemberReason; grantId?: string }

/** The campaign or the facts that the award is based on have changed: the caller must compute the award again. */
export class AwardStale extends AskAgain {}
