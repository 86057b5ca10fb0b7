import { findSession } from '../../../operators/sessions.ts'
import type { Guard, State } from '../../shell/context.ts'
import { consoleCookie } from '../cookies.ts'
import { formToken } from '../csrf.ts'
import type { VisitorState } from '../state.ts'

/** Finds the session of the browser, of whatever stage, and makes the token of the page's forms. */
export const visitor: Guard<State, VisitorState> = async (ctx, next) => {
  const token = consoleCookie(ctx, 'session')
  ctx.state.session = token === undefined ? undefined : await findSession(ctx.state.services, token)
  ctx.state.sessionToken = ctx.state.session && token
  if (ctx.method === 'GET') ctx.state.csrf = formToken(ctx, ctx.state.sessionToken)
  return next()
}
