import { urls } from '../member-views/urls.ts'

/** A login book holds a target of this length (`login-book.ts`), and two or three of the usual ones. */
const longestTarget = 900

/** An address of ours is plain printable ASCII; some browsers read a backslash as a slash. */
const printable = /^[!-~]*$/

/**
 * The address to which a login at `merchant` may lead: `target` when it is one of the merchant's own pages, relative to
 * the host, else the member's coupons. A login must not send people to other sites.
 *
 * A target has to fit into a cookie, so it is as short as it can be without losing a page's meaning: a card address
 * keeps what its page reads, and an address that is still too long (a tracking parameter of a kilobyte) keeps its path.
 * Characters that a cookie cannot hold are percent-encoded, which a query means the same.
 */
export function safeTarget(merchant: string, target: unknown): string {
  return (typeof target === 'string' && ownPage(merchant, target)) || urls.coupons(merchant)
}

function ownPage(merchant: string, target: string): string | undefined {
  if (!target.startsWith(`/m/${merchant}/`) || !printable.test(target)) return undefined
  if (target.includes('\\') || target.includes('#')) return undefined
  const [path = ''] = target.split('?', 1)
  // A browser resolves dots, also encoded ones, before it sends the request: what it would send must be what was
  // checked.
  if (path.length > longestTarget || path.includes('//') || new URL(path, 'http://host').pathname !== path)
    return undefined
  const fitting = forCookie(isCardAddress(path) ? withoutUnread(target) : target)
  return fitting.length <= longestTarget ? fitting : path
}

/** True for the path of the page where WeChat sends a member after opening a card. */
export function isCardAddress(path: string): boolean {
  return path.endsWith('/card-opened')
}

/** What the card-open page reads (cards/landing.ts); the openid, which WeChat appends too, it does not. */
const readByCardPage = /^(card_id|encrypt_code|activate_ticket|outer_str)=/

function withoutUnread(target: string): string {
  const [path, query = ''] = target.split(/\?(.*)/s)
  const read = query.split('&').filter((pair) => readByCardPage.test(pair))
  return read.length > 0 ? `${path}?${read.join('&')}` : (path as string)
}

function forCookie(target: string): string {
  return target.replace(/[^\w.~%?=&/+:@!$*()-]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
}
