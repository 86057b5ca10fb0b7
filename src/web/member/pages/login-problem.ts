import type { Context } from '../../shell/context.ts'
import { render } from '../../shell/render.ts'

/** Login did not work out after its retries: say so and let the person try again at the relative address `target`. */
export function renderLoginProblem(ctx: Context, target: string): void {
  render(ctx, 'login-problem', { target })
}
