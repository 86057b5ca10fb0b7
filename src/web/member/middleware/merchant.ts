import type { Handler } from '../../shell/context.ts'

/** Finds the merchant that the address names; an unknown one is an unknown address. */
export const merchant: Handler = async (ctx, next) => {
  const { services } = ctx.state
  const found = await services.catalog.merchant(ctx.params.merchant)
  if (!found) return
  ctx.state.merchant = found
  return next()
}
