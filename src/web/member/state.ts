import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { MerchantState } from '../middleware/merchant.ts'

/** Behind the campaign guard. */
export type CampaignState = MerchantState & { campaign: Campaign }

/** Behind the session guard. */
export type SessionState = MerchantState & {
  /** Who the browser's session of this merchant belongs to; undefined before a login. */
  member: SessionMember | undefined
  /** The id of this browser before a login, once it was asked for. */
  visitorId?: string
}

/** Behind both: somebody looks at a campaign. */
export type VisitState = CampaignState & SessionState

/** Behind the guard that lets only members through. */
export type MemberState = SessionState & { member: SessionMember }

/** Behind the form guard: with the fields of the form that was sent. */
export type FormState = SessionState & { form: URLSearchParams }

export type SessionMember = { openid: string; sessionId: string }
