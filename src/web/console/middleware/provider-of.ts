import { may } from '../../../operators/rights/person.ts'
import { ofProvider } from '../../../operators/rights/scope.ts'
import type { Guard } from '../../shell/context.ts'
import { frameOf } from '../frame-of.ts'
import type { PersonState, ProviderState } from '../state.ts'

/** Finds the merchants that name the provider of the address; for who has no role there, and without one, it is unknown (404). */
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
  ctx.state.merchantIds = named.map(({ merchant_id }) => merchant_id)
  ctx.state.scope = ofProvider(mchid)
  ctx.state.frame = frameOf(person, ctx.path, { mchid })
  return next()
}
