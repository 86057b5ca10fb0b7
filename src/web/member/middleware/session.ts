import type { MerchantState } from '../../middleware/merchant.ts'
import type { Guard } from '../../shell/context.ts'
import { keepOut } from '../keep-out.ts'
import { readSession } from '../session.ts'
import type { SessionState } from '../state.ts'

/**
 * Sets `ctx.state.member` when the browser sends a member's session of this merchant. It needs no query of its own: who
 * is kept out is read once per second for all members.
 */
export const session: Guard<MerchantState, SessionState> = async (ctx, next) => {
  const member = readSession(ctx)
  if (member) await keepOut(ctx, member.openid)
  ctx.state.member = member
  return next()
}
