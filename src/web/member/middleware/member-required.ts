import type { Context, Handler } from '../../shell/context.ts'
import { startLogin } from '../login.ts'

/** Lets members through; everybody else logs in first and comes back to this address. For pages, not for forms. */
export const memberRequired: Handler = async (ctx, next) => {
  if (ctx.state.member) return next()
  await startLogin(ctx as Context, ctx.url)
}
