import type { Earned } from '../../grants/earned.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { MetRule } from './rule.ts'

/** Who is tried, and by what: a tap, or for a spend campaign a payment. */
export type AskedTrial = {
  /** Unset: somebody who was never here; in a card_open campaign they take and activate a card now. */
  openid?: string | undefined
  /** fen; the member pays this now. */
  amount?: number | undefined
  /** WeChat's number of a payment that is known. */
  transactionId?: string | undefined
}

/** No openid of WeChat's is like it, so nothing is known of this member. */
export const newMember = 'new-member'

/** What would be given if no limit stood in the way. `isTap`: by the member's tap; otherwise by a payment or a card. */
export type EarnedInTrial = { isTap: boolean; earned: Earned[]; rules: MetRule[] }

/** Who is tried where. */
export type Tried = { merchant: Merchant; campaign: Campaign; openid: string }
