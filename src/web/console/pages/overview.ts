import { merchantsFor } from '../../../operators/rights/person.ts'
import type { Handler } from '../../shell/context.ts'
import { consolePaths as paths } from '../paths.ts'
import type { PersonState, ProviderState } from '../state.ts'
import { renderOverview } from './overview-view.ts'

/** `GET /console/merchants`: every merchant in which the person has a role, and how far each is. */
export const showMerchants: Handler<PersonState> = (ctx) => {
  const merchantIds = merchantsFor(ctx.state.person, 'look_at_steps')
  return renderOverview(ctx, { title: '商户总览', path: paths.merchants, merchantIds })
}

/** `GET /console/p/{mchid}`: the merchants of one provider. */
export const showProvider: Handler<ProviderState> = (ctx) => {
  const { mchid, merchantIds } = ctx.state
  const place = { path: paths.provider.replace(':mchid', mchid), merchantIds, mchid }
  return renderOverview(ctx, { title: '本服务商的商户', ...place })
}
