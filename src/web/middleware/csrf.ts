import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Context } from '../context.ts'
import { sessionIdOf } from './session.ts'

/** The token of this browser's session at this merchant, to be put into every form. */
export function csrfToken(ctx: Context): string {
  return csrfTokenOf(ctx.state.services.config.cookieKeys[0] as string, sessionIdOf(ctx))
}

/** True when `token` was made for this browser's session, by any of our keys. */
export function csrfHolds(ctx: Context, token: string): boolean {
  const given = Buffer.from(token)
  const sessionId = sessionIdOf(ctx)
  return ctx.state.services.config.cookieKeys.some((key) => {
    const expected = Buffer.from(csrfTokenOf(key, sessionId))
    return expected.length === given.length && timingSafeEqual(expected, given)
  })
}

/** The label keeps it from being mistaken for a cookie's signature, which the same keys make. */
export function csrfTokenOf(key: string, sessionId: string): string {
  return createHmac('sha256', key).update('csrf/').update(sessionId).digest('base64url')
}
