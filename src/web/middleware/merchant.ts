import type { Merchant } from '../../merchants/merchant.ts'
import type { Guard, State } from '../shell/context.ts'

/** Behind the merchant guard: the merchant that the address names. */
export type MerchantState = State & { merchant: Merchant }

/** Finds the merchant that the address names; if there is none, the address is unknown (404). */
export const merchant: Guard<State, MerchantState> = async (ctx, next) => {
  const found = await ctx.state.services.catalog.merchant(ctx.params.merchant ?? '')
  if (!found) return
  ctx.state.merchant = found
  ctx.state.logged = { merchant: found.slug }
  return next()
}
