import type { Merchant } from '../../merchants/merchant.ts'
import type { Context } from '../shell/context.ts'
import { type CookieOptions, readSignedCookie, writeCookie, writeSignedCookie } from '../shell/cookies.ts'
import { type BrowserState, browserOf, knownBrowser } from './browser.ts'

/**
 * The text of a cookie that was signed for this merchant, its Official Account and this browser. After a change of
 * appid the merchant's members have other openids, so every older cookie means nothing.
 */
export function readBound(ctx: Context<BrowserState>, name: string): string | undefined {
  const browser = knownBrowser(ctx)
  if (browser === undefined) return undefined
  return readSignedCookie(ctx, { name, label: boundLabel(ctx.state.merchant, browser, name) })
}

/** Sets a cookie that only this browser can use, and only at this merchant as long as it has its appid. */
export function writeBound(ctx: Context<BrowserState>, name: string, text: string, options: CookieOptions): void {
  const label = boundLabel(ctx.state.merchant, browserOf(ctx), name)
  writeSignedCookie(ctx, { name, label }, text, options)
}

/** Deletes the cookie. */
export function dropBound(ctx: Context<BrowserState>, name: string, path: string): void {
  writeCookie(ctx, name, '', { paths: [path] })
}

/**
 * What the signature of a bound cookie covers beside its text; none of its parts can contain a slash.
 *
 * @internal Tests and benchmarks make the cookies of members who logged in before.
 */
export function boundLabel(
  { slug, officialAccount }: Pick<Merchant, 'slug' | 'officialAccount'>,
  browser: string,
  name: string,
): string {
  return `${name}/${slug}/${officialAccount.appid}/${browser}`
}
