import { createHash } from 'node:crypto'
import { dayMs } from '../../plumbing/clock.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { randomText } from '../shell/random.ts'
import { dropBound, readBound, writeBound } from './bound-cookies.ts'
import { type BrowserState, browserOf, keepBrowser } from './browser.ts'
import type { SessionMember, SessionState } from './state.ts'

/** A member has to log in again after this time. The login is silent, so a shorter time would only cost a redirect. */
const sessionDays = 30
const sessionMs = sessionDays * dayMs

/** 128 bits cannot be guessed. */
const sessionIdBytes = 16

/** The member of the session of this merchant that the browser sends. */
export function readSession(ctx: Context<BrowserState>): SessionMember | undefined {
  const [sessionId, issued, openid] = readBound(ctx, memberCookie(ctx))?.split('.') ?? []
  if (!sessionId || !issued || !openid) return undefined
  const ageMs = ctx.state.services.clock.now().getTime() - parseInt(issued, 36)
  return ageMs < sessionMs ? { openid, sessionId } : undefined
}

/**
 * Gives the browser a session of `openid` at this merchant, with a new id. May be called only after a proven OAuth
 * exchange.
 */
export function beginSession(ctx: Context<BrowserState>, openid: string): void {
  const issuedMs = ctx.state.services.clock.now().getTime()
  const text = `${randomText(sessionIdBytes)}.${issuedMs.toString(36)}.${openid}`
  keepBrowser(ctx, sessionMs)
  writeBound(ctx, memberCookie(ctx), text, { paths: [pathOf(ctx)], maxAgeMs: sessionMs })
}

/** Takes the session from the browser. */
export function endSession(ctx: Context<BrowserState>): void {
  dropBound(ctx, memberCookie(ctx), pathOf(ctx))
}

/**
 * A random id of this browser at this merchant, to which form tokens are bound. It also exists before the login (then
 * this call may set a cookie, so call it before the body is sent), and changes with the login.
 */
export function sessionIdOf(ctx: Context<SessionState & BrowserState>): string {
  const { member, merchant } = ctx.state
  if (member) return member.sessionId
  const digest = createHash('sha256')
    .update(`${merchant.slug}/${browserOf(ctx)}`)
    .digest()
  return digest.toString('base64url', 0, sessionIdBytes)
}

function memberCookie(ctx: Context<MerchantState>): string {
  return `pc_member_${ctx.state.merchant.slug}`
}

/** A session is sent to its merchant's pages only; the callback never needs it. */
function pathOf(ctx: Context<MerchantState>): string {
  return `/m/${ctx.state.merchant.slug}`
}
