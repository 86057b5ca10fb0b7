import type { Campaign } from '../../../plumbing/storage/schema/campaign.ts'
import { memberReasons } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { minute } from '../../shell/format.ts'
import { type PerRequest, prepare } from '../render.ts'
import type { CampaignState } from '../state.ts'
import { urls } from '../urls.ts'
import type { CampaignPreview } from './campaign-preview.ts'
import type { Visit } from './campaign-visit.ts'
import { waysIntoWeChat } from './not-in-wechat.ts'

/** The page for such a visit, made once and kept with its preview. */
export async function campaignPage(
  ctx: Context<CampaignState>,
  preview: CampaignPreview,
  visit: Visit,
): Promise<(own: PerRequest) => Buffer> {
  const { outside, closed, reason, card, usage } = visit
  const key = `${outside} ${closed} ${reason} ${card} ${usage?.full} ${usage?.used}`
  const known = preview.pages.get(key)
  if (known) return known
  const made = prepare('campaign', await pageData(ctx, preview, visit))
  preview.pages.set(key, made)
  return made
}

async function pageData(ctx: Context<CampaignState>, { offers }: CampaignPreview, visit: Visit): Promise<object> {
  const { services, merchant, campaign } = ctx.state
  const address = urls.campaign(merchant.slug, campaign.slug)
  return {
    ...visit,
    ...(visit.outside && (await waysIntoWeChat(services.config, services.config.publicUrl + address))),
    words: memberReasons,
    merchant,
    campaign: {
      kind: campaign.kind,
      cards: campaign.cards,
      title: campaign.title,
      rules: linesOf(campaign),
      limits: campaign.limits,
    },
    starts: minute(campaign.starts_at),
    ends: minute(campaign.ends_at),
    offers,
    action: urls.claims(merchant.slug, campaign.slug),
  }
}

function linesOf(campaign: Campaign): string[] {
  return campaign.rules
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
