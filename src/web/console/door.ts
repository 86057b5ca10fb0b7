import type { Context, Handler } from '../shell/context.ts'
import { styleSource } from './assets.ts'
import { compress } from './compressed.ts'

/** The router takes an address in any letters, so this does too. */
const consolePath = /^\/console(\/|$)/i

/**
 * What a browser may do with the console's pages. There is no nonce: a page has no script of its own, and one style, the
 * same in every page, named by its hash. Forms are posted under this policy with their `Origin`, which `no-referrer`
 * would take away.
 */
const headers = Object.entries({
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${styleSource}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'Referrer-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'X-Robots-Tag': 'noindex',
})

/** True when the address is one of the console's, under the name where the console answers. */
export function isConsole(ctx: Context): boolean {
  return consolePath.test(ctx.path) && isOpenAt(ctx)
}

/** Where the console is off, or has a host of its own and is asked for at another, its addresses are unknown. */
export const consoleDoor: Handler = async (ctx, next) => {
  if (!consolePath.test(ctx.path)) return next()
  if (!isOpenAt(ctx)) return ctx.throw(404)
  for (const [name, value] of headers) ctx.set(name, value)
  await next()
  await compress(ctx)
}

function isOpenAt({ state, headers }: Context): boolean {
  const { consoleUrl, publicUrl } = state.services.config
  if (consoleUrl === undefined) return false
  const own = new URL(consoleUrl).hostname
  if (own === new URL(publicUrl).hostname) return true
  // A proxy may pass the name on without its port.
  return headers.host?.replace(/:\d+$/, '').toLowerCase() === own
}
