import type { MerchantState } from '../../middleware/merchant.ts'
import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'

/** The login failed after its retries: says so, and lets the person try again at the relative address `target`. */
export function renderLoginProblem(ctx: Context<MerchantState>, target: string): void {
  render(ctx, 'login-problem', { target })
}
