import type { MerchantState } from '../../middleware/merchant.ts'
import type { Guard } from '../../shell/context.ts'
import { readSession } from '../session.ts'
import type { SessionState } from '../state.ts'

/** Sets `ctx.state.member` when the browser sends a member's session of this merchant. Needs no database query. */
export const session: Guard<MerchantState, SessionState> = (ctx, next) => {
  ctx.state.member = readSession(ctx)
  return next()
}
