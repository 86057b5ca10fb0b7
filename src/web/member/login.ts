import { randomBytes } from 'node:crypto'
import { type OAuth, openOAuth } from '../../wechat/oauth.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import { wantsJson } from '../shell/accepts.ts'
import type { Context } from '../shell/context.ts'
import { isInWeChat } from './in-wechat.ts'
import { type ClaimIntent, readLoginBook, writeLoginBook } from './login-book.ts'
import { signReturn } from './login-return.ts'
import { safeTarget } from './login-target.ts'
import { renderLoginProblem } from './pages/login-problem.ts'
import { renderNotInWeChat } from './pages/not-in-wechat.ts'
import { urls } from './urls.ts'

/** The first authorisation and one more; then a person decides (wechat/official-account.md 1.6-4). */
const mostAttempts = 2

/** WeChat takes letters and digits only: lower-case hex of 128 bits (wechat/official-account.md 1.1). */
const stateBytes = 16

/**
 * Sends the browser through WeChat's login and then to `target`, a relative address of this merchant's pages. Outside
 * WeChat it answers with the page that leads there, and a program with 401. With `claim`, which only a form whose token
 * was checked may bring, the login ends where that claim is resumed (`takeIntent`).
 */
export async function startLogin(
  ctx: Context<MerchantState>,
  target: string,
  options: { claim?: ClaimIntent } = {},
): Promise<void> {
  const { slug } = ctx.state.merchant
  if (wantsJson(ctx)) return answerProgram(ctx)
  if (!isInWeChat(ctx)) return await renderNotInWeChat(ctx, safeTarget(slug, target))
  const { claim } = options
  authorize(ctx, { target: claim ? urls.claimsResume(slug, claim.campaign) : target, attempt: 1, claim })
}

/** After an authorisation that led nowhere: another one, or after two the page with a button. */
export function startAgain(ctx: Context<MerchantState>, failed: { target: string; attempt: number }): void {
  if (failed.attempt >= mostAttempts) return renderLoginProblem(ctx, failed.target)
  authorize(ctx, { target: failed.target, attempt: failed.attempt + 1 })
}

/** The present merchant's OAuth. */
export function oauthOf(ctx: Context<MerchantState>): OAuth {
  const { services, merchant } = ctx.state
  return openOAuth(merchant.officialAccount, { ...services.config.wechat, http: services.http, log: services.log })
}

function authorize(ctx: Context<MerchantState>, a: { target: string; attempt: number; claim?: ClaimIntent }): void {
  const { services, merchant } = ctx.state
  const { attempt } = a
  const target = safeTarget(merchant.slug, a.target)
  const state = randomBytes(stateBytes).toString('hex')
  const atMs = services.clock.now().getTime()
  const { logins, intent } = readLoginBook(ctx)
  writeLoginBook(ctx, {
    logins: [...logins, { state, target, atMs, attempt }],
    intent: a.claim ? { ...a.claim, atMs } : intent,
  })
  const from = signReturn(ctx, { target, attempt })
  const redirectUri = `${services.config.publicUrl}/oauth/${merchant.slug}/callback?${new URLSearchParams({ from })}`
  ctx.set('Cache-Control', 'no-store')
  ctx.redirect(oauthOf(ctx).authorizeUrl({ redirectUri, state }))
  // After a form: the browser goes on with GET.
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') ctx.status = 303
}

function answerProgram(ctx: Context): void {
  ctx.status = 401
  ctx.body = { status: 'refused', reason: 'login_required', message: '请在微信中打开页面，登录后再试' }
}
