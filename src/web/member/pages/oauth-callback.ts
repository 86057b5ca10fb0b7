import type { Context } from '../../shell/context.ts'
import type { BrowserState } from '../browser.ts'
import { finishLogin } from '../finish-login.ts'
import { startAgain } from '../login.ts'
import { oauthOf } from '../login-authorize.ts'
import { type Login, readLoginBook } from '../login-book.ts'
import { exchangeOnce, type LoginExchange } from '../login-exchange.ts'
import { readReturn } from '../login-return.ts'
import { renderLoginProblem } from './login-problem.ts'

/**
 * `GET /oauth/{merchant}/callback`: where WeChat sends the browser with `code` and `state`
 * (docs/wechat/official-account.md 1.6). It makes a session and leads on to an address without the code; it grants
 * nothing. A state that this browser was not given, or that has expired, begins a new login; a code is exchanged only
 * for the browser that was sent for it.
 */
export async function oauthCallback(ctx: Context<BrowserState>): Promise<void> {
  // The code is in this address: nothing may store it or send it on as a referrer.
  ctx.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })
  const { code, state } = ctx.query
  const login = readLoginBook(ctx).find((one) => one.state === state)
  if (!login) startAgain(ctx, readReturn(ctx))
  else if (login.done) ctx.redirect(login.target)
  else if (typeof code === 'string' && code !== '') await finishLogin(ctx, login, await exchange(ctx, login, code))
  // The person refused, or WeChat refused for them (docs/wechat/official-account.md 1.3).
  else renderLoginProblem(ctx, login.target)
}

function exchange(ctx: Context<BrowserState>, { state }: Login, code: string): Promise<LoginExchange> {
  return exchangeOnce(ctx.state.services, { code, state }, () => oauthOf(ctx).exchange(code))
}
