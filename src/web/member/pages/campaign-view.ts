import type { Campaign } from '../../../plumbing/storage/schema/campaign.ts'
import { memberReasons } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import { minute } from '../../shell/format.ts'
import type { CampaignState } from '../state.ts'
import { urls } from '../urls.ts'
import type { CampaignPreview } from './campaign-preview.ts'
import type { Visit } from './campaign-visit.ts'
import { waysIntoWeChat } from './not-in-wechat.ts'

/** The data that views/member/campaign.eta shows for this kind of visit. */
export async function campaignView(
  ctx: Context<CampaignState>,
  { offers }: CampaignPreview,
  visit: Visit,
): Promise<object> {
  const { services, merchant, campaign } = ctx.state
  const { slug, kind, cards, title, limits } = campaign
  const url = services.config.publicUrl + urls.campaign(merchant.slug, slug)
  return {
    ...visit,
    ...(visit.outside && (await waysIntoWeChat(services.config, url))),
    words: memberReasons,
    merchant,
    campaign: { kind, cards, title, rules: linesOf(campaign.rules), limits },
    starts: minute(campaign.starts_at),
    ends: minute(campaign.ends_at),
    offers,
    action: urls.claims(merchant.slug, slug),
  }
}

function linesOf(rules: Campaign['rules']): string[] {
  return rules
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
