import type { Context } from '../shell/context.ts'
import { readBound, writeBound } from './bound-cookies.ts'
import type { BrowserState } from './browser.ts'

/** One authorisation that this browser was sent to, found by its state when WeChat sends the browser back. */
export type Login = {
  state: string
  /** Where the browser goes afterwards, as `safeTarget` returned it. */
  target: string
  atMs: number
  /** The number of this authorisation, when several were tried in a row for the same target. */
  attempt: number
  /** The login succeeded: the same state only leads to the target from then on. */
  done?: true
}

/** WeChat's own page takes a second; ten minutes are enough for a phone that slept meanwhile. */
export const loginMs = 10 * 60_000
/** Enough for two tabs and a repeat; more is a loop. */
const mostLogins = 3
/** The cookie is 1 kB with its name and signature; at every address a browser sends that of one merchant. */
const longestText = 960

const cookieName = 'pc_login'

/**
 * The unfinished and the newest finished logins of this browser at this merchant, unless expired. They are kept in the
 * browser itself, signed, so that only the browser for which a state was made can use it
 * (docs/wechat/official-account.md 1.6).
 */
export function readLoginBook(ctx: Context<BrowserState>): Login[] {
  const text = readBound(ctx, cookieName)
  const oldestMs = ctx.state.services.clock.now().getTime() - loginMs
  const logins = text?.split(between).map((line) => parse(line, pagesOf(ctx))) ?? []
  return logins.filter((login) => login.atMs > oldestMs)
}

/**
 * Keeps as many of the newest logins as fit. A login begins at a merchant's page and ends at its callback, whose paths
 * have only `/` in common: the cookie is set under both, always with the same text.
 */
export function writeLoginBook(ctx: Context<BrowserState>, all: Login[]): void {
  let lines = all.slice(-mostLogins).map((login) => print(login, pagesOf(ctx)))
  while (lines.length > 1 && lines.join(between).length > longestText) lines = lines.slice(1)
  const { slug } = ctx.state.merchant
  const paths = [`/oauth/${slug}`, `/m/${slug}`]
  writeBound(ctx, cookieName, lines.join(between), { paths, maxAgeMs: loginMs })
}

/** Not in a target (`safeTarget`). */
const between = '|'

function pagesOf(ctx: Context<BrowserState>): string {
  return `/m/${ctx.state.merchant.slug}/`
}

/** `state.time.attempt.target`, the attempt with an x when the login is done; the target without what all have. */
function print({ state, atMs, attempt, done, target }: Login, pages: string): string {
  return `${state}.${atMs.toString(36)}.${attempt}${done ? 'x' : ''}.${target.slice(pages.length)}`
}

function parse(line: string, pages: string): Login {
  const [state = '', at = '', attempt = '', ...target] = line.split('.')
  return {
    state,
    atMs: parseInt(at, 36),
    attempt: parseInt(attempt),
    target: pages + target.join('.'),
    ...(attempt.endsWith('x') && { done: true }),
  }
}
