import { memberView } from '../member-views/views.ts'
import type { MerchantState } from '../middleware/merchant.ts'
import type { Context, State } from '../shell/context.ts'

/** Answers with the page `view` of views/member, with the merchant's name if the address names a merchant. */
export function render(ctx: Context<State & Partial<MerchantState>>, view: string, data: object): void {
  const { nonce, merchant } = ctx.state
  ctx.type = 'html'
  ctx.body = memberView(view, { nonce, merchant, ...data })
}
