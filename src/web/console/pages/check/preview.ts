import { closedReason } from '../../../../grants/campaign-window.ts'
import { campaignPreview, type CampaignPreview } from '../../../member-views/campaign-preview.ts'
import { campaignView } from '../../../member-views/campaign-view.ts'
import { fullUsage } from '../../../member-views/member-usage.ts'
import { shownView } from '../../../member-views/views.ts'
import type { Visit } from '../../../member-views/visit.ts'
import type { Handler } from '../../../shell/context.ts'
import { sendFramed } from '../../framed.ts'
import type { CampaignState } from '../../state.ts'
import { type PreviewState, previewStateOf } from './preview-states.ts'

/**
 * `GET …/campaigns/{campaign}/preview`: the member's own page, as somebody in WeChat sees it who has not claimed yet, or
 * in another state. Nothing on it can be pressed.
 */
export const show: Handler<CampaignState> = async (ctx) => {
  const { services, merchant, campaign: stored } = ctx.state
  // A draft is not public: it is shown as it will be.
  const campaign = stored.state === 'draft' ? { ...stored, state: 'published' as const } : stored
  const now = services.clock.now()
  const preview = await campaignPreview(services, campaign, now)
  const visit = {
    ...visitNow(campaign, preview, now),
    ...visitIn(previewStateOf(ctx.query.state), campaign, preview, now),
  }
  sendFramed(ctx, shownView('campaign', await campaignView({ services, merchant, campaign }, preview, visit)))
}

type Campaign = CampaignState['campaign']

function visitNow(campaign: Campaign, preview: CampaignPreview, now: Date): Visit {
  const closed = closedReason(campaign, now) ?? preview.full
  return { outside: false, closed, reason: undefined, card: undefined, usage: undefined }
}

function visitIn(
  state: PreviewState | undefined,
  campaign: Campaign,
  preview: CampaignPreview,
  now: Date,
): Partial<Visit> {
  if (state === undefined) return {}
  if (state === 'open') return { closed: undefined }
  if (state === 'claimed') return { closed: undefined, usage: fullUsage(campaign, preview, now) }
  return { closed: state }
}
