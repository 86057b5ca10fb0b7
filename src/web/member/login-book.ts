import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { readSignedCookie, writeSignedCookie } from '../shell/cookies.ts'

/** One authorisation that this browser was sent to, found by its state when WeChat sends the browser back. */
export type Login = {
  state: string
  /** Where the browser goes afterwards, relative to the host. */
  target: string
  atMs: number
  /** The number of this authorisation, when several were tried in a row for the same target. */
  attempt: number
  /** The login succeeded: the same state only leads to the target from then on. */
  done?: true
}

/** A claim that a member asked for before the login, to be made after it. */
export type ClaimIntent = { campaign: string; claimKey: string }

/**
 * The unfinished logins of one browser at one merchant. They are kept in the browser itself, signed, so that only the
 * browser for which a state was made can use it (docs/wechat/official-account.md 1.6).
 */
export type LoginBook = { logins: Login[]; intent?: ClaimIntent & { atMs: number } }

/** WeChat's own page takes a second; ten minutes are enough for a phone that slept meanwhile. */
const loginMs = 10 * 60_000
/** Enough for two tabs and a repeat; more is a loop. */
const mostLogins = 3
/** Browsers accept 4,096 bytes per cookie, including its name and attributes. */
const longestText = 3_600

/** The browser's unexpired logins, and its intent. */
export function readLoginBook(ctx: Context<MerchantState>): LoginBook {
  const text = readSignedCookie(ctx, cookieName(ctx))
  if (text === undefined) return { logins: [] }
  const book = JSON.parse(Buffer.from(text, 'base64url').toString()) as LoginBook
  const oldestMs = ctx.state.services.clock.now().getTime() - loginMs
  return { ...book, logins: book.logins.filter((login) => login.atMs > oldestMs) }
}

/** Keeps as many of the newest logins as fit. */
export function writeLoginBook(ctx: Context<MerchantState>, book: LoginBook): void {
  let logins = book.logins.slice(-mostLogins)
  while (encode({ ...book, logins }).length > longestText) logins = logins.slice(1)
  writeSignedCookie(ctx, cookieName(ctx), encode({ ...book, logins }), { path: '/', maxAgeMs: loginMs })
}

function encode(book: LoginBook): string {
  return Buffer.from(JSON.stringify(book)).toString('base64url')
}

/** The path is `/`, because the callback reads it too and is not under the merchant's pages. */
function cookieName(ctx: Context<MerchantState>): string {
  return `pc_login_${ctx.state.merchant.slug}`
}
