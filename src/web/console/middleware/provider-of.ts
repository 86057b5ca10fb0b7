import { may } from '../../../operators/rights/person.ts'
import { ofMerchant, ofProvider } from '../../../operators/rights/scope.ts'
import type { Guard } from '../../shell/context.ts'
import { frameOf } from '../frame-of.ts'
import type { PersonState, ProviderState } from '../state.ts'

/**
 * Finds the merchants that name the provider of the address, of which its people see those that let them; for who has no
 * role there, and without one, it is unknown (404).
 */
export const providerOf: Guard<PersonState, ProviderState> = async (ctx, next) => {
  const { person, services } = ctx.state
  const { mchid = '' } = ctx.params
  if (!/^\d{6,32}$/.test(mchid) || !may(person, 'look', ofProvider(mchid))) return ctx.throw(404)
  const named = await services.db
    .selectFrom('accounts')
    .select('merchant_id')
    .where('mchid', '=', mchid)
    .where('role', '=', 'provider')
    .execute()
  if (named.length === 0) return ctx.throw(404)
  ctx.state.mchid = mchid
  const ids = named.map(({ merchant_id }) => merchant_id)
  ctx.state.merchantIds = ids.filter((id) => may(person, 'look', ofMerchant(id)))
  ctx.state.scope = ofProvider(mchid)
  ctx.state.frame = frameOf(person, ctx.path, { mchid })
  return next()
}
