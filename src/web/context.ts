import type { ParameterizedContext, Middleware } from 'koa'
import type { RouterContext } from '@koa/router'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'

/** What the middleware in front of a handler has put on `ctx.state`. */
export type State = {
  services: Services
  /** Short, shown to people and written in every log line of the request. */
  requestId: string
  /** The page's CSP nonce. */
  nonce: string
  /** Set by the merchant guard. */
  merchant: Merchant
  /** Set by the session guard when the browser carries a member's session of this merchant. */
  member: SessionMember | undefined
}

export type SessionMember = { openid: string; sessionId: string }

export type Context = RouterContext<State> & ParameterizedContext<State>
export type Handler = Middleware<State>
