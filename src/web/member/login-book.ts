import type { MerchantState } from '../middleware/merchant.ts'
import type { Context } from '../shell/context.ts'
import { readSignedCookie, writeSignedCookie } from '../shell/cookies.ts'

/** One authorisation that this browser was sent to, found again by its state when WeChat sends it back. */
export type Login = {
  state: string
  /** Where the browser goes afterwards, relative to the host. */
  target: string
  atMs: number
  /** How many authorisations in a row were tried for this. */
  attempt: number
  /** It succeeded: the same state again only leads to the target. */
  done?: true
}

/** A claim that a member asked for before being known, to be made after the login. */
export type ClaimIntent = { campaign: string; claimKey: string }

/**
 * What one browser is in the middle of at one merchant. It is kept in the browser itself, signed, so that whoever
 * brings a state is the browser that it was made for (docs/wechat/official-account.md 1.6).
 */
export type LoginBook = { logins: Login[]; intent?: ClaimIntent & { atMs: number } }

/** WeChat's own page takes a second; ten minutes forgive a phone that slept. */
const loginMs = 10 * 60_000
/** Two tabs and a repeat; more is a loop. */
const mostLogins = 3
/** Browsers hold 4,096 bytes of a cookie, its name and attributes included. */
const longestText = 3_600

/** The browser's unexpired logins, and its intent. */
export function readLoginBook(ctx: Context<MerchantState>): LoginBook {
  const text = readSignedCookie(ctx, cookieName(ctx))
  if (text === undefined) return { logins: [] }
  const book = JSON.parse(Buffer.from(text, 'base64url').toString()) as LoginBook
  const oldestMs = ctx.state.services.clock.now().getTime() - loginMs
  return { ...book, logins: book.logins.filter((login) => login.atMs > oldestMs) }
}

/** Keeps the newest logins, as many as there is room for. */
export function writeLoginBook(ctx: Context<MerchantState>, book: LoginBook): void {
  let logins = book.logins.slice(-mostLogins)
  while (encode({ ...book, logins }).length > longestText) logins = logins.slice(1)
  writeSignedCookie(ctx, cookieName(ctx), encode({ ...book, logins }), { path: '/', maxAgeMs: loginMs })
}

function encode(book: LoginBook): string {
  return Buffer.from(JSON.stringify(book)).toString('base64url')
}

/** The callback, outside of the merchant's pages, reads it as well: so its path is `/`. */
function cookieName(ctx: Context<MerchantState>): string {
  return `pc_login_${ctx.state.merchant.slug}`
}
