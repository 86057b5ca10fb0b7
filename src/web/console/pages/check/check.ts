import { stockIdsOf } from '../../../../campaigns/rules-of.ts'
import { type CampaignFinding, checkCampaign } from '../../../../doctor/campaign-check/check-campaign.ts'
import { may } from '../../../../operators/rights/person.ts'
import type { Handler } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { CampaignState } from '../../state.ts'
import { campaignAddresses } from './addresses.ts'
import { checkVerdict } from './check-verdict.ts'
import { frameOfPreview } from './preview-states.ts'

/** `GET …/campaigns/{campaign}/check`: what stands against publishing it, beside the page that members see. */
export const show: Handler<CampaignState> = async (ctx) => {
  const { services, merchant, campaign, person, scope } = ctx.state
  const found = await checkCampaign(services, merchant, campaign)
  const of = (state: CampaignFinding['state']) => found.filter((one) => one.state === state)
  const [stops, asks, goods] = [of('stop'), of('ask'), of('good')]
  const at = campaignAddresses(ctx.state)
  const mayPublish = may(person, 'ask_for_money', scope) && stops.length === 0 && campaign.state !== 'published'
  const verdict = checkVerdict(stops.length, asks.length, campaign.state)
  const stocks = stockIdsOf(campaign).map((stockId) => ({ stockId, href: at.stock(stockId) }))
  const frame = frameOfPreview(at.preview, merchant.name)
  render(ctx, 'campaign-check', { campaign, stops, asks, goods, at, mayPublish, verdict, stocks, frame })
}
