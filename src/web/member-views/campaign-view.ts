import type { Merchant } from '../../merchants/merchant.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { memberReasons } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { minute } from '../shell/format.ts'
import { assets } from './assets.ts'
import { urls } from './urls.ts'
import type { CampaignPreview } from './campaign-preview.ts'
import type { Visit } from './visit.ts'
import { waysIntoWeChat } from './ways-into-wechat.ts'

/** The data that views/member/campaign.eta shows for this kind of visit. */
export async function campaignView(
  { services, merchant, campaign }: { services: Services; merchant: Merchant; campaign: Campaign },
  { offers }: CampaignPreview,
  visit: Visit,
): Promise<object> {
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
    sdk: services.config.pageScriptUrl,
    share: shareCard(services.config.publicUrl, url, merchant, title),
  }
}

/** What a shared page looks like in a chat (docs/wechat/official-account.md 3.2). */
function shareCard(publicUrl: string, link: string, { name }: Merchant, title: string) {
  return { title, desc: `${name}送您微信支付优惠券，付款时自动抵扣`, link, imgUrl: publicUrl + assets.sharePicture }
}

function linesOf(rules: Campaign['rules']): string[] {
  return rules
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
