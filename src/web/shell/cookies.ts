import type { Context } from './context.ts'
import { openSignedText, signText } from './signed-text.ts'

/** A cookie by its name, and what its signature covers beside its text: who it was made for. */
export type SignedCookie = { name: string; label: string }

/**
 * `paths`: the cookie is set once under each. Without `maxAgeMs` it ends with the browser session. `strict`: no link from
 * another site brings it along. `secure`: where not the site's own address decides.
 */
export type CookieOptions = { paths: string[]; maxAgeMs?: number; strict?: boolean; secure?: boolean }

/** The signed cookie's text; undefined when there is none or we did not sign it under this label. */
export function readSignedCookie(ctx: Context, { name, label }: SignedCookie): string | undefined {
  const signed = readCookie(ctx, name)
  return signed === undefined ? undefined : openSignedText(ctx.state.services, label, signed)
}

/** Sets a cookie as `writeCookie` does, with its text signed under its label. */
export function writeSignedCookie(
  ctx: Context,
  { name, label }: SignedCookie,
  text: string,
  options: CookieOptions,
): void {
  writeCookie(ctx, name, signText(ctx.state.services.config.cookieKeys, label, text), options)
}

export function readCookie(ctx: Context, name: string): string | undefined {
  return ctx.cookies.get(name, { signed: false })
}

/**
 * Sets a cookie that scripts cannot read and other sites cannot send, under https with Secure; an empty value deletes
 * it. An earlier one of this name in the same answer is replaced.
 */
export function writeCookie(ctx: Context, name: string, value: string, options: CookieOptions): void {
  const { paths, maxAgeMs, strict, secure = isHttps(ctx) } = options
  // Behind a proxy that ends TLS the connection itself is plain, and Koa would refuse to set a secure cookie.
  ctx.cookies.secure = secure
  const attributes = {
    maxAge: maxAgeMs,
    secure,
    httpOnly: true,
    sameSite: strict ? 'strict' : 'lax',
    signed: false,
  } as const
  paths.forEach((path, nth) => ctx.cookies.set(name, value, { ...attributes, path, overwrite: nth === 0 }))
}

/** True when browsers reach the site by https: then every cookie is Secure. */
export function isHttps({ state }: Context): boolean {
  return state.services.config.publicUrl.startsWith('https:')
}
