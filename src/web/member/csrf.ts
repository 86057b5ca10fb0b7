import { createHmac, timingSafeEqual } from 'node:crypto'
import { kept } from '../../plumbing/cache.ts'
import type { Context } from '../shell/context.ts'
import { sessionIdOf } from './session.ts'
import type { SessionState } from './state.ts'

/**
 * The token of this browser's session at this merchant, which every form contains. Another site can neither read nor
 * guess it.
 */
export function csrfToken(ctx: Context<SessionState>): string {
  return csrfTokenOf(firstKey(ctx), sessionIdOf(ctx))
}

/**
 * The form token of a session under one cookie key: an HMAC of the session's id. The id itself is never on a page.
 *
 * @internal A benchmark's members tap without having opened a page.
 */
export function csrfTokenOf(key: string, sessionId: string): string {
  return createHmac('sha256', key).update(`csrf/${sessionId}`).digest('base64url')
}

/** True when `token` is this browser's session's, under any of the cookie keys. */
export function csrfHolds(ctx: Context<SessionState>, token: string): boolean {
  const given = Buffer.from(token)
  return tokensOf(ctx).some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
}

/** Enough for some thousand members who tap again and again. */
const tokens = kept<string, Buffer[]>({ most: 4_000 })

/** The session's token under each cookie key. */
function tokensOf(ctx: Context<SessionState>): Buffer[] {
  const { cache, config } = ctx.state.services
  const sessionId = sessionIdOf(ctx)
  const make = () => config.cookieKeys.map((key) => Buffer.from(csrfTokenOf(key, sessionId)))
  return cache.make(tokens, sessionId, make, config.cookieKeys)
}

function firstKey(ctx: Context): string {
  return ctx.state.services.config.cookieKeys[0] as string
}
