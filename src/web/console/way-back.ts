import type { Context } from '../shell/context.ts'
import { consolePaths } from './paths.ts'

/** Longer than any address of ours, with its filters or with a filled form. */
const longest = 4_000

/** An address of the console, for a redirect after a sign-in; the first page for anything else. */
export function wayBack(text: unknown): string {
  const isOurs =
    typeof text === 'string' && text.length <= longest && /^\/console(\/[\w~-][\w.~-]*)*(\?[\x21-\x7e]*)?$/.test(text)
  return isOurs ? text : consolePaths.home
}

/** The page to come back to: the one that was asked for, or for a form the one on which it stood. */
export function pageOf(ctx: Context): string {
  if (ctx.method === 'GET') return wayBack(ctx.url)
  const referer = ctx.get('referer')
  if (!isOfConsole(ctx, referer)) return consolePaths.home
  const { pathname, search } = new URL(referer)
  return wayBack(pathname + search)
}

/**
 * True for an address at the console itself: under the name at which it was asked, or where a proxy changes that, under
 * its own.
 */
export function isOfConsole(ctx: Context, address: string): boolean {
  if (!URL.canParse(address)) return false
  const { consoleUrl = address } = ctx.state.services.config
  return [ctx.get('host'), new URL(consoleUrl).host].includes(new URL(address).host)
}

/** `path`, from which one comes back to `to`. */
export function withWayBack(path: string, to: string): string {
  return to === consolePaths.home ? path : `${path}?to=${encodeURIComponent(to)}`
}
