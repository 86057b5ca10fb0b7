import type { Next, ParameterizedContext } from 'koa'
import type { Services } from '../../services.ts'

/** What the shell puts on `ctx.state` of every request. The guards of an audience add their own. */
export type State = {
  services: Services
  /** Short, shown to people and written in every log line of the request. */
  requestId: string
  /** The page's CSP nonce. */
  nonce: string
  /** Facts that a guard found and that every log line of this request should have, such as the merchant. */
  logged?: Record<string, string>
}

/** What the router sets when an address has matched. */
export type Routed = { params: Record<string, string>; _matchedRoute?: string | RegExp }

/** A request, with what the earlier steps have put on its `state`. */
export type Context<S extends State = State> = ParameterizedContext<S, Routed>

/** A step that answers a request or calls the next step; the earlier steps must have set `S`. */
export type Handler<S extends State = State> = (ctx: Context<S>, next: Next) => unknown

/** A step that, when it calls the next step, has added `Adds` to what it `Needs`. */
export interface Guard<Needs extends State, Adds extends State> {
  (ctx: Context<Needs & Partial<Adds>>, next: Next): unknown
  /** Never set: only for types, so that a row of the route table knows what the next step gets. */
  readonly adds?: Adds
}
