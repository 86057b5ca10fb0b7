import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { isHttps, readCookie, writeCookie } from '../shell/cookies.ts'
import { randomText } from '../shell/random.ts'

/** This request's browser, once it was needed. */
export type BrowserState = MerchantState & { browserId?: string }

/** 128 bits cannot be guessed. */
const browserIdBytes = 16
const browserIdShape = /^[\w-]{22}$/

/**
 * The random id of this browser, the same at every merchant; undefined when it has none yet. All other cookies are
 * signed for it (`bound-cookies.ts`) and mean nothing beside another id.
 *
 * It is the only cookie with the path `/`, and with the prefix `__Host-`: another host of the same domain can neither
 * set nor replace it, and so cannot plant its own visitor's session here. The prefix demands that path, where each
 * cookie is sent to every merchant; one short cookie costs 40 bytes, a session for each merchant would fill the header
 * of a person who is a member of fifty. It needs no signature: it proves nothing, and nobody else can set it. Without
 * https, browsers refuse the prefix.
 */
export function knownBrowser(ctx: Context<BrowserState>): string | undefined {
  const id = ctx.state.browserId ?? readCookie(ctx, nameIn(ctx))
  return id !== undefined && browserIdShape.test(id) ? id : undefined
}

/** The id of this browser; gives it one when it has none, so call it before the body is sent. */
export function browserOf(ctx: Context<BrowserState>): string {
  const known = knownBrowser(ctx)
  if (known !== undefined) return known
  ctx.state.browserId = randomText(browserIdBytes)
  writeCookie(ctx, nameIn(ctx), ctx.state.browserId, { paths: ['/'] })
  return ctx.state.browserId
}

/** From now on the browser keeps its id for as long as a session that begins now. */
export function keepBrowser(ctx: Context<BrowserState>, maxAgeMs: number): void {
  writeCookie(ctx, nameIn(ctx), browserOf(ctx), { paths: ['/'], maxAgeMs })
}

function nameIn(ctx: Context): string {
  return isHttps(ctx) ? '__Host-pc_browser' : 'pc_browser'
}
