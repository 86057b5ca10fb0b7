import { Refusal } from '../../refusal.ts'
import { wantsJson } from '../shell/accepts.ts'
import type { Context, State } from '../shell/context.ts'
import { type ErrorPages, errorsAsPages } from '../shell/error-pages.ts'
import { refusalJson } from './pages/claim-json.ts'
import { render } from './render.ts'
import type { CampaignState } from './state.ts'
import { urls } from '../member-views/urls.ts'

/**
 * The member's site has one page for a refusal and one for a problem; on a fault of ours the page shows the short
 * request number to quote.
 */
export const memberErrors: ErrorPages = {
  refusal(ctx, error) {
    const isRefusal = error instanceof Refusal
    if (isRefusal) answerRefusal(ctx, error)
    return isRefusal
  },
  ...errorsAsPages(showProblem),
}

/** A refusal that has no page of its own: its sentence, or for a program JSON (docs/merchant/addresses.md). */
function answerRefusal(ctx: Context, refusal: Refusal): void {
  ctx.status = refusal.reason === 'try_later' && refusal.status === 200 ? 503 : refusal.status
  if (wantsJson(ctx)) ctx.body = refusalJson(refusal)
  else render(ctx, 'refusal', { message: refusal.message })
}

/** A request can fail at any step, so the guards that set `merchant` and `campaign` may not have run yet. */
function showProblem(ctx: Context<State & Partial<CampaignState>>, status: number): void {
  const { merchant, campaign, requestId } = ctx.state
  const back = merchant && campaign && status < 500 ? urls.campaign(merchant.slug, campaign.slug) : undefined
  render(ctx, 'problem', { status, requestId, back })
}
