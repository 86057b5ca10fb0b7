import { acceptProvider, endProvider, providerLinksOf } from '../../../../operators/provider-links.ts'
import type { Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'

const done: Record<string, string> = {
  accepted: '已同意，该服务商的员工现在可以看到本商户',
  ended: '已收回，该服务商的员工看不到本商户了',
}

/** `GET /console/m/{slug}/settings/providers`: which providers' people may see the merchant. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant } = ctx.state
  const links = await providerLinksOf(services.db, merchant.id)
  const said = typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined
  render(ctx, 'provider-consent', { links, action: ctx.path, said })
}

export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, merchant, person, form } = ctx.state
  const link = { merchantId: merchant.id, mchid: form.get('mchid') ?? '' }
  const isAccepting = form.get('do') === 'accept'
  await (isAccepting ? acceptProvider : endProvider)(services, person, link)
  goTo(ctx, `${ctx.path}?done=${isAccepting ? 'accepted' : 'ended'}`)
}
