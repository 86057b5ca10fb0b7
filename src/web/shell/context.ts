import type { ParameterizedContext, Middleware } from 'koa'
import type { RouterContext } from '@koa/router'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Services } from '../../services.ts'

/** What the middleware in front of a handler has put on `ctx.state`. */
export type State = {
  services: Services
  /** Short, shown to people and written in every log line of the request. */
  requestId: string
  /** The page's CSP nonce. */
  nonce: string
  /** Set by the merchant guard. */
  merchant: Merchant
  /** Set by the campaign guard. */
  campaign: Campaign
  /** Set by the form guard: the fields of the form that was sent. */
  form: URLSearchParams
  /** Set by the session guard when the browser carries a member's session of this merchant. */
  member: SessionMember | undefined
  /** The id of this browser before a login, once it was asked for. */
  visitorId: string | undefined
}

export type SessionMember = { openid: string; sessionId: string }

export type Context = RouterContext<State> & ParameterizedContext<State>
export type Handler = Middleware<State>
