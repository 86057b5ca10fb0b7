import { connectedCard } from '../../../cards/products/connected.ts'
import { joiningToken } from '../../../cards/products/joining-token.ts'
import type { Context } from '../../shell/context.ts'
import type { FormState } from '../state.ts'

/**
 * `POST /m/{merchant}/card/{card}/token`: what a page hands to WeChat so that this member can open the card; a new token
 * per tap, since whether one works twice is not known (docs/wechat/member-cards.md 2.5).
 */
export async function create(ctx: Context<FormState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const product = connectedCard(merchant, ctx.params.card!, ({ kind }) => kind !== 'membercard_open')
  if (!product) return
  if (!member) ctx.throw(401, 'no session')
  const token = await joiningToken(services, merchant, product, member.openid)
  ctx.status = token ? 200 : 503
  ctx.body = token ?? { reason: 'try_later' }
}
