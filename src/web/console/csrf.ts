import { createHmac, timingSafeEqual } from 'node:crypto'
import { newToken } from '../../operators/tokens.ts'
import type { Context } from '../shell/context.ts'
import { consoleCookie, setConsoleCookie } from './cookies.ts'

/**
 * The token of the forms of a page: an HMAC of the session's token, or before a sign-in of a random cookie of its own,
 * which is set when there is none yet. `sessionToken`: of a session that holds.
 */
export function formToken(ctx: Context, sessionToken: string | undefined): string {
  return tokenUnder(ctx.state.services.config.cookieKeys[0]!, sessionToken ?? formCookie(ctx))
}

/** True when the token is of this browser's session, under any of the cookie keys. */
export function formTokenHolds(ctx: Context, sessionToken: string | undefined, token: string): boolean {
  const owner = sessionToken ?? consoleCookie(ctx, 'form')
  if (owner === undefined) return false
  const given = Buffer.from(token)
  const expected = ctx.state.services.config.cookieKeys.map((key) => Buffer.from(tokenUnder(key, owner)))
  return expected.some((one) => one.length === given.length && timingSafeEqual(one, given))
}

function formCookie(ctx: Context): string {
  const known = consoleCookie(ctx, 'form')
  if (known !== undefined && /^[\w-]{43}$/.test(known)) return known
  const made = newToken()
  setConsoleCookie(ctx, 'form', made)
  return made
}

function tokenUnder(key: string, owner: string): string {
  return createHmac('sha256', key).update(`console-form/${owner}`).digest('base64url')
}
