import type { Context } from '../../shell/context.ts'
import type { CampaignState } from '../state.ts'
import type { CampaignPreview } from '../../member-views/campaign-preview.ts'
import { campaignView } from '../../member-views/campaign-view.ts'
import { type PerRequest, prepare } from '../../member-views/views.ts'
import type { Visit } from '../../member-views/visit.ts'

/** The page for this kind of visit, made once and kept with its preview. */
export async function campaignPage(
  ctx: Context<CampaignState>,
  preview: CampaignPreview,
  visit: Visit,
): Promise<(own: PerRequest) => Buffer> {
  const { outside, closed, reason, card, usage } = visit
  const key = `${outside} ${closed} ${reason} ${card} ${usage?.full} ${usage?.used}`
  const known = preview.pages.get(key)
  if (known) return known
  const made = prepare('campaign', await campaignView(ctx.state, preview, visit))
  preview.pages.set(key, made)
  return made
}
