/** Longer than any part of an address of ours. */
const longestPart = 64

/** What follows is worth a sign-in until it was used, or a look at a merchant's steps for some days. */
const linkWithToken = /(\/console\/(?:link|share)\/)[^/]+/i

/**
 * The path of an address, without its query: that of the card page, of the login's callback and of WeChat's messages
 * has secrets and members in it, and no line needs one. Parameters that WeChat glued to the path end it as well, and a
 * part that is none of ours is left out, and so is the token of a link. Anything but text stays as it is.
 */
export function loggedAddress(url: unknown): unknown {
  if (typeof url !== 'string') return url
  const [path = ''] = url.split(/[^\w./:~-]/, 1)
  return path.replace(linkWithToken, '$1***').replace(/[^/]+/g, (part) => (part.length > longestPart ? '***' : part))
}
