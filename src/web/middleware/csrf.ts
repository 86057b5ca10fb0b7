import { timingSafeEqual } from 'node:crypto'
import type { Context } from '../context.ts'
import { sessionIdOf } from './session.ts'

/**
 * The token of this browser's session at this merchant, to be put into every form: the session's own random id. Another
 * site can neither read nor guess it, and alone it opens nothing: a session is the id with our signature.
 */
export function csrfToken(ctx: Context): string {
  return sessionIdOf(ctx)
}

/** True when `token` is this browser's session's. */
export function csrfHolds(ctx: Context, token: string): boolean {
  const given = Buffer.from(token)
  const expected = Buffer.from(sessionIdOf(ctx))
  return expected.length === given.length && timingSafeEqual(expected, given)
}
