import type { Refusal } from '../../../refusal.ts'
import { wantsJson } from '../../shell/accepts.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../../shell/render.ts'

/** A "no" that has no page of its own: its sentence, and for a program JSON (docs/merchant/addresses.md). */
export function renderRefusal(ctx: Context, refusal: Refusal): void {
  const { reason, message, grantId } = refusal
  ctx.status = reason === 'try_later' && refusal.status === 200 ? 503 : refusal.status
  if (wantsJson(ctx)) ctx.body = { status: 'refused', grant_id: grantId, coupons: [], reason, message }
  else render(ctx, 'refusal', { message })
}
