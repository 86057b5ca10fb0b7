import type { Merchant } from '../merchants/merchant.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'

/**
 * A member asks for a campaign's coupons. Each form has a new `claimKey`: one form that is posted twice is one claim.
 */
export type Claim = { merchant: Merchant; campaign: Campaign; openid: string; claimKey: string }
