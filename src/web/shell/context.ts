import type { Next, ParameterizedContext } from 'koa'
import type { Services } from '../../services.ts'

/** What the shell puts on `ctx.state` of every request, whoever asks. An audience's guards add what is its own. */
export type State = {
  services: Services
  /** Short, shown to people and written in every log line of the request. */
  requestId: string
  /** The page's CSP nonce. */
  nonce: string
  /** What a guard found out that a log line of this request should say, such as whose address it is. */
  logged?: Record<string, string>
}

/** What the router fills in once an address has matched. */
export type Routed = { params: Record<string, string>; _matchedRoute?: string | RegExp }

/** A request with what the steps before this one have put on its `state`. */
export type Context<S extends State = State> = ParameterizedContext<S, Routed>

/** A step that answers a request or lets it through; the steps before it must have left `S`. */
export type Handler<S extends State = State> = (ctx: Context<S>, next: Next) => unknown

/** A step that, where it lets a request through, has added `Adds` to what it `Needs`. */
export interface Guard<Needs extends State, Adds extends State> {
  (ctx: Context<Needs & Partial<Adds>>, next: Next): unknown
  /** Never there: it lets the types of a row in the route table tell what the next step finds. */
  readonly adds?: Adds
}
