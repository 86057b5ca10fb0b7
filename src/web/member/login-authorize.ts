import { randomBytes } from 'node:crypto'
import { type OAuth, openOAuth } from '../../wechat/official/oauth.ts'
import { oauthCalls } from '../../wechat/wall-kinds.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import type { BrowserState } from './browser.ts'
import { type Login, readLoginBook, writeLoginBook } from './login-book.ts'
import { signReturn } from './login-return.ts'
import { safeTarget } from './login-target.ts'

/** WeChat accepts letters and digits only: lower-case hex of 128 bits (docs/wechat/official-account.md 1.1). */
const stateBytes = 16

/**
 * Sends the browser to WeChat's authorisation, and stores in the browser what it was sent for. Writes nothing else and
 * asks nobody: anyone may cause it.
 */
export function authorize(ctx: Context<BrowserState>, asked: { target: string; attempt: number }): void {
  const { services, merchant } = ctx.state
  const { attempt } = asked
  const target = safeTarget(merchant.slug, asked.target)
  const state = randomBytes(stateBytes).toString('hex')
  noteLogin(ctx, { target, attempt, state })
  const from = signReturn(ctx, { target, attempt })
  const redirectUri = `${services.config.publicUrl}/oauth/${merchant.slug}/callback?${new URLSearchParams({ from })}`
  ctx.set('Cache-Control', 'no-store')
  ctx.redirect(oauthOf(ctx).authorizeUrl({ redirectUri, state }))
  // After a form, 303 makes the browser continue with GET.
  if (ctx.method !== 'GET') ctx.status = 303
}

/** The OAuth client of this address's merchant. */
export function oauthOf(ctx: Context<MerchantState>): OAuth {
  const { services, merchant } = ctx.state
  const wall = services.walls.of(oauthCalls, merchant.slug)
  return openOAuth(merchant.officialAccount, { ...services.config.wechat, wall, log: services.log })
}

function noteLogin(ctx: Context<BrowserState>, login: Omit<Login, 'atMs'>): void {
  const atMs = ctx.state.services.clock.now().getTime()
  writeLoginBook(ctx, [...readLoginBook(ctx), { ...login, atMs }])
}
