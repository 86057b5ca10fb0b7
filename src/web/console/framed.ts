import type { Context } from '../shell/context.ts'

/** A page of the member's look, which the console shows within one of its own: it runs nothing and sends nothing. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  "form-action 'none'",
  "frame-ancestors 'self'",
  "base-uri 'none'",
].join('; ')

/** Answers with a page that may stand in a frame of the console, and nowhere else. */
export function sendFramed(ctx: Context, html: string): void {
  ctx.set('Content-Security-Policy', policy)
  ctx.set('X-Frame-Options', 'SAMEORIGIN')
  ctx.type = 'html'
  ctx.body = html
}
