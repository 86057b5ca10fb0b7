import type { Context, Guard, State } from '../../shell/context.ts'
import { receiptFrames } from '../receipt-frames.ts'
import { renderOfficial } from '../pages/receipt-page.ts'

/**
 * Lets WeChat's page after a payment, and nothing else, hold the answer in a frame. Whatever fails behind it, the answer
 * is a receipt that steps aside for WeChat's own: a page without its sign of life would be shown as an error
 * (docs/wechat/gold-plan.md 3).
 */
export const receiptFrame: Guard<State, State> = async (ctx, next) => {
  allowFrame(ctx)
  try {
    await next()
  } catch (error) {
    const { services, requestId, logged } = ctx.state
    services.log.error({ err: error, requestId, ...logged }, 'receipt failed: WeChat shows its own')
    return renderOfficial(ctx)
  }
  if (ctx.body != null) return
  renderOfficial(ctx)
  ctx.status = 404
}

function allowFrame(ctx: Context): void {
  const { nonce, services } = ctx.state
  ctx.remove('X-Frame-Options')
  ctx.set(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'self'; script-src 'nonce-${nonce}'; form-action 'none'; frame-ancestors ${receiptFrames(services.config).join(' ')}; base-uri 'none'`,
  )
}
