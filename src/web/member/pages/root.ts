import type { Context } from '../../shell/context.ts'
import { render } from '../render.ts'

/**
 * `GET /`: the demo's addresses where the sandbox runs; otherwise one sentence for a person who came here by mistake.
 */
export function root(ctx: Context): void {
  const { addresses } = ctx.state.services.config.sandbox
  if (addresses) render(ctx, 'root-demo', { addresses })
  else render(ctx, 'root', {})
}
