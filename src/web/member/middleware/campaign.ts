import type { MerchantState } from '../../middleware/merchant.ts'
import type { Guard } from '../../shell/context.ts'
import type { CampaignState } from '../state.ts'

/** Finds the merchant's campaign that the address names. A draft is not found: it is not public yet. */
export const campaign: Guard<MerchantState, CampaignState> = async (ctx, next) => {
  const { services, merchant } = ctx.state
  const found = await services.catalog.campaign(merchant.id, ctx.params.campaign ?? '')
  if (!found || found.state === 'draft') return
  ctx.state.campaign = found
  return next()
}
