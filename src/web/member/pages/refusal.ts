import type { Refusal } from '../../../refusal.ts'
import { wantsJson } from '../../shell/accepts.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../../shell/render.ts'
import { refusalJson } from './claim-json.ts'

/** A "no" that has no page of its own: its sentence, and for a program JSON (README.md "Addresses"). */
export function renderRefusal(ctx: Context, refusal: Refusal): void {
  ctx.status = refusal.reason === 'try_later' && refusal.status === 200 ? 503 : refusal.status
  if (wantsJson(ctx)) ctx.body = refusalJson(refusal)
  else render(ctx, 'refusal', { message: refusal.message })
}
