import type { Config } from '../../plumbing/config/config.ts'
import type { Handler } from './context.ts'

/**
 * What a browser may do with our answers. The headers are built once when the process starts, since only the nonce
 * differs. Chromium checks form-action against every redirect that follows a form, so WeChat's authorize page must be
 * in it.
 */
export function securityHeaders(config: Config): Handler {
  const formAction = [
    ...new Set(["'self'", new URL(config.publicUrl).origin, new URL(config.wechat.openUrl).origin]),
  ].join(' ')
  const beforeNonce = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'nonce-"
  const afterNonce = `'; form-action ${formAction}; frame-ancestors 'none'; base-uri 'none'`
  const fixed = Object.entries({
    'Cache-Control': 'private, no-store',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...(config.production && { 'Strict-Transport-Security': 'max-age=31536000' }),
  })
  return (ctx, next) => {
    const { res } = ctx
    res.setHeader('Content-Security-Policy', beforeNonce + ctx.state.nonce + afterNonce)
    for (const [name, value] of fixed) res.setHeader(name, value)
    return next()
  }
}
