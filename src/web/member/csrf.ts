import { createHmac, timingSafeEqual } from 'node:crypto'
import { memoizePer } from '../../plumbing/memoize.ts'
import type { Context } from '../shell/context.ts'
import { sessionIdOf } from './session.ts'
import type { SessionState } from './state.ts'

/** The token of this browser's session at this merchant, to be put into every form. Another site can neither read nor guess it. */
export function csrfToken(ctx: Context<SessionState>): string {
  return csrfTokenOf(firstKey(ctx), sessionIdOf(ctx))
}

/** The form token of a session under one cookie key: an HMAC of the session's id, which itself never stands on a page. */
export function csrfTokenOf(key: string, sessionId: string): string {
  return createHmac('sha256', key).update(`csrf/${sessionId}`).digest('base64url')
}

/** True when `token` is this browser's session's, under any of the cookie keys. */
export function csrfHolds(ctx: Context<SessionState>, token: string): boolean {
  const given = Buffer.from(token)
  const tokens = tokensOf(ctx.state.services.config.cookieKeys, sessionIdOf(ctx)) ?? []
  return tokens.some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
}

const tokensOf = memoizePer((keys: string[], sessionId: string) =>
  keys.map((key) => Buffer.from(csrfTokenOf(key, sessionId))),
)

function firstKey(ctx: Context): string {
  return ctx.state.services.config.cookieKeys[0] as string
}
