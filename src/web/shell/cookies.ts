import type { Context } from './context.ts'
import { openSignedText, signText } from './signed-text.ts'

/** The signed cookie's text; undefined when there is none or we did not sign it for this name. */
export function readSignedCookie(ctx: Context, name: string): string | undefined {
  const signed = ctx.cookies.get(name, { signed: false })
  return signed === undefined ? undefined : openSignedText(ctx.state.services, name, signed)
}

/**
 * Sets a cookie that scripts cannot read and other sites cannot send; without `maxAgeMs` it ends with the browser
 * session. The name must include the merchant, because the signature covers the name.
 */
export function writeSignedCookie(
  ctx: Context,
  name: string,
  text: string,
  options: { path: string; maxAgeMs?: number },
): void {
  const { config } = ctx.state.services
  const secure = config.publicUrl.startsWith('https:')
  // Behind a proxy that ends TLS the connection itself is plain, and Koa would refuse to set a secure cookie.
  ctx.cookies.secure = secure
  const { path, maxAgeMs: maxAge } = options
  const attributes = { path, maxAge, secure, httpOnly: true, sameSite: 'lax', signed: false, overwrite: true } as const
  ctx.cookies.set(name, signText(config.cookieKeys, name, text), attributes)
}
