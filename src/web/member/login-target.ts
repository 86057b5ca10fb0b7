import { urls } from './urls.ts'

/** Longer than any address of ours, including WeChat's card-open parameters; short enough for a cookie. */
const longestTarget = 1_024

/** An address of ours is plain printable ASCII; some browsers read a backslash as a slash. */
const printable = /^[!-~]*$/

/**
 * The address to which a login at `merchant` may lead: `target` when it is one of the merchant's own pages, relative to
 * the host, else the member's coupons. A login must not send people to other sites.
 */
export function safeTarget(merchant: string, target: unknown): string {
  return typeof target === 'string' && isOwnPage(merchant, target) ? target : urls.coupons(merchant)
}

function isOwnPage(merchant: string, target: string): boolean {
  const own = target.startsWith(`/m/${merchant}/`) && target.length <= longestTarget
  if (!own || !printable.test(target) || target.includes('\\') || target.includes('#')) return false
  const [path = ''] = target.split('?', 1)
  // A browser resolves dots, also encoded ones, before it sends the request: what it would send must be what was
  // checked.
  return !path.includes('//') && new URL(path, 'http://host').pathname === path
}
