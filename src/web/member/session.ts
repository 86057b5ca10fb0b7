import { dayMs } from '../../plumbing/clock.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { readSignedCookie, writeSignedCookie } from '../shell/cookies.ts'
import { randomText } from '../shell/random.ts'
import type { SessionMember, SessionState } from './state.ts'

/** A member has to log in again after this time. The login is silent, so a shorter time would only cost a redirect. */
const sessionDays = 30
const sessionMs = sessionDays * dayMs

/** 128 bits cannot be guessed. */
const sessionIdBytes = 16

/** The member of the session of this merchant that the browser sends. */
export function readSession(ctx: Context<MerchantState>): SessionMember | undefined {
  const [sessionId, issued, openid] = readSignedCookie(ctx, memberCookie(ctx))?.split('.') ?? []
  if (!sessionId || !issued || !openid) return undefined
  const ageMs = ctx.state.services.clock.now().getTime() - parseInt(issued, 36)
  return ageMs < sessionMs ? { openid, sessionId } : undefined
}

/**
 * Gives the browser a session of `openid` at this merchant, with a new id. May be called only after a proven OAuth
 * exchange.
 */
export function beginSession(ctx: Context<MerchantState>, openid: string): void {
  const sessionId = randomText(sessionIdBytes)
  const issuedMs = ctx.state.services.clock.now().getTime()
  const text = `${sessionId}.${issuedMs.toString(36)}.${openid}`
  writeSignedCookie(ctx, memberCookie(ctx), text, { path: pathOf(ctx), maxAgeMs: sessionMs })
}

/**
 * A random id of this browser at this merchant, to which form tokens are bound. It also exists before the login (then
 * this call may set a cookie, so call it before the body is sent), and changes with the login.
 */
export function sessionIdOf(ctx: Context<SessionState>): string {
  if (ctx.state.member) return ctx.state.member.sessionId
  const known = ctx.state.visitorId ?? readSignedCookie(ctx, visitorCookie(ctx))
  ctx.state.visitorId = known ?? randomText(sessionIdBytes)
  if (known === undefined) writeSignedCookie(ctx, visitorCookie(ctx), ctx.state.visitorId, { path: pathOf(ctx) })
  return ctx.state.visitorId
}

function memberCookie(ctx: Context<MerchantState>): string {
  return `pc_member_${ctx.state.merchant.slug}`
}

function visitorCookie(ctx: Context<MerchantState>): string {
  return `pc_visitor_${ctx.state.merchant.slug}`
}

/** A merchant's cookies are sent to that merchant's pages only; the callback never needs them. */
function pathOf(ctx: Context<MerchantState>): string {
  return `/m/${ctx.state.merchant.slug}`
}
