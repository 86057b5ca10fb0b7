import type { Context } from '../../shell/context.ts'
import { urls } from '../../shell/paths.ts'
import { render } from '../../shell/render.ts'

/** The page for an HTTP status; one of ours shows the short request number to quote. */
export function renderProblem(ctx: Context, status: number): void {
  const { merchant, campaign, requestId } = ctx.state
  ctx.status = status
  if (status === 503) ctx.set('Retry-After', '5')
  const back = merchant && campaign && status < 500 ? urls.campaign(merchant.slug, campaign.slug) : undefined
  render(ctx, 'problem', { status, requestId, back })
}
