import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { isCardAddress, safeTarget } from './login-target.ts'
import { urls } from '../member-views/urls.ts'
import { openSignedText, signText } from '../shell/signed-text.ts'

/** Where an authorisation was to lead, and which one in a row it was. */
export type Return = { target: string; attempt: number }

/** It is part of an address at WeChat, whose limit is not known: a target longer than this is cut to its path. */
const longestTarget = 200

/**
 * A login as part of the callback's own address, for a browser that does not know the state: the link was shared with
 * it, it took longer than ten minutes, or it has no cookies. It decides where that browser's own login leads, and ends
 * the loop of a browser without cookies; it proves nothing else. The query of a card address names a member's card and
 * opens it, so it is left out: addresses are shared, and written down by proxies.
 */
export function signReturn(ctx: Context<MerchantState>, { target, attempt }: Return): string {
  const [path = ''] = target.split('?', 1)
  const told = isCardAddress(path) || target.length > longestTarget ? path : target
  const text = Buffer.from(JSON.stringify({ target: told, attempt })).toString('base64url')
  return signText(ctx.state.services.config.cookieKeys, label(ctx), text)
}

/** What this address says, if we signed it; else a first authorisation that leads to the member's coupons. */
export function readReturn(ctx: Context<MerchantState>): Return {
  const { services, merchant } = ctx.state
  const { from } = ctx.query
  const text = typeof from === 'string' ? openSignedText(services, label(ctx), from) : undefined
  if (text === undefined) return { target: urls.coupons(merchant.slug), attempt: 1 }
  const { target, attempt } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Return
  return { target: safeTarget(merchant.slug, target), attempt }
}

function label(ctx: Context<MerchantState>): string {
  return `login_return_${ctx.state.merchant.slug}`
}
