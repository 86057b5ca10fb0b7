import type { Context } from '../context.ts'
import { render } from '../render.ts'

/** Login did not work out after its retries: say so and let the person try again at the relative address `target`. */
export function renderLoginProblem(ctx: Context, target: string): void {
  ctx.status = 200
  render(ctx, 'login-problem', { title: '暂时无法登录', target })
}
