import type { Guard } from '../../shell/context.ts'
import { namedCampaign } from '../pages/campaigns/named-campaign.ts'
import type { CampaignState, MerchantState } from '../state.ts'

/** Finds the merchant's campaign that the address names, drafts too; without one it is unknown (404). */
export const campaignOf: Guard<MerchantState, CampaignState> = async (ctx, next) => {
  ctx.state.campaign = await namedCampaign(ctx)
  return next()
}
