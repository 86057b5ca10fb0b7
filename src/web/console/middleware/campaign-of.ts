import type { Guard } from '../../shell/context.ts'
import type { CampaignState, MerchantState } from '../state.ts'

/** Finds the merchant's campaign that the address names, drafts too; without one it is unknown (404). */
export const campaignOf: Guard<MerchantState, CampaignState> = async (ctx, next) => {
  const { services, merchant } = ctx.state
  const campaign = await services.catalog.campaign(merchant.id, ctx.params.campaign ?? '')
  if (!campaign) return ctx.throw(404)
  ctx.state.campaign = campaign
  return next()
}
