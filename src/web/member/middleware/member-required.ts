import type { Guard } from '../../shell/context.ts'
import { startLogin } from '../login.ts'
import type { MemberState, SessionState } from '../state.ts'

/** Lets members through; any other person logs in first and comes back to this address. For pages, not for forms. */
export const memberRequired: Guard<SessionState, MemberState> = async (ctx, next) => {
  if (ctx.state.member) return next()
  await startLogin(ctx, ctx.url)
}
