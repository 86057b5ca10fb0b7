import { wantsJson } from '../shell/accepts.ts'
import type { Context } from '../shell/context.ts'
import type { BrowserState } from './browser.ts'
import { type ClaimIntent, keepIntent } from './claim-intent.ts'
import { isInWeChat } from './in-wechat.ts'
import { authorize } from './login-authorize.ts'
import { safeTarget } from './login-target.ts'
import { renderLoginProblem } from './pages/login-problem.ts'
import { renderNotInWeChat } from './pages/not-in-wechat.ts'
import { urls } from '../member-views/urls.ts'

/** The first authorisation and one more; after that the person decides (docs/wechat/official-account.md 1.6). */
const mostAttempts = 2

/**
 * Sends the browser through WeChat's login and then to `target`, a relative address of this merchant's pages. Outside
 * WeChat it answers with the page that leads there, and a program with 401. With `claim`, which is allowed only for a
 * form whose token was checked, the login ends at the address that resumes the claim (`takeIntent`).
 */
export async function startLogin(
  ctx: Context<BrowserState>,
  target: string,
  options: { claim?: ClaimIntent } = {},
): Promise<void> {
  const { slug } = ctx.state.merchant
  if (wantsJson(ctx)) return answerProgram(ctx)
  if (!isInWeChat(ctx)) return await renderNotInWeChat(ctx, safeTarget(slug, target))
  const { claim } = options
  if (claim) keepIntent(ctx, claim)
  authorize(ctx, { target: claim ? urls.claimsResume(slug, claim.campaign) : target, attempt: 1 })
}

/** After an authorisation that failed: another one, or after two the page with a button. */
export function startAgain(ctx: Context<BrowserState>, failed: { target: string; attempt: number }): void {
  if (failed.attempt >= mostAttempts) return renderLoginProblem(ctx, failed.target)
  authorize(ctx, { target: failed.target, attempt: failed.attempt + 1 })
}

function answerProgram(ctx: Context): void {
  ctx.status = 401
  ctx.body = { status: 'refused', reason: 'login_required', message: '请在微信中打开页面，登录后再试' }
}
