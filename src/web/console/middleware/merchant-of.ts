import { may } from '../../../operators/rights/person.ts'
import { ofMerchant } from '../../../operators/rights/scope.ts'
import type { Guard } from '../../shell/context.ts'
import { frameOf } from '../frame-of.ts'
import type { MerchantState, PersonState } from '../state.ts'

/** Finds the merchant that the address names. One that the person has no role in is as unknown as none at all (404). */
export const merchantOf: Guard<PersonState, MerchantState> = async (ctx, next) => {
  const { person, services, logged } = ctx.state
  const merchant = await services.catalog.merchant(ctx.params.merchant ?? '')
  if (!merchant || !may(person, 'look', ofMerchant(merchant.id))) return ctx.throw(404)
  ctx.state.merchant = merchant
  ctx.state.scope = ofMerchant(merchant.id)
  ctx.state.logged = { ...logged, merchant: merchant.slug }
  ctx.state.frame = frameOf(person, ctx.path, { merchant })
  return next()
}
