import type { Handler } from '../../shell/context.ts'

/** Finds the merchant's campaign that the address names. A draft is nobody's business yet. */
export const campaign: Handler = async (ctx, next) => {
  const { services, merchant } = ctx.state
  const found = await services.catalog.campaign(merchant.id, ctx.params.campaign)
  if (!found || found.state === 'draft') return
  ctx.state.campaign = found
  return next()
}
