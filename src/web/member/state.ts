import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { MerchantState } from '../middleware/merchant.ts'

/** Behind the campaign guard. */
export type CampaignState = MerchantState & { campaign: Campaign }

/** Behind the session guard. */
export type SessionState = MerchantState & {
  /** The member of the browser's session at this merchant; undefined before a login. */
  member: SessionMember | undefined
}

/** Behind both: a visit to a campaign. */
export type VisitState = CampaignState & SessionState

/** Behind the guard that requires a member. */
export type MemberState = SessionState & { member: SessionMember }

/** Behind the form guard: with the fields of the submitted form. */
export type FormState = SessionState & { form: URLSearchParams }

export type SessionMember = { openid: string; sessionId: string }
