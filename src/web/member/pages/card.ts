import { connectedCard } from '../../../cards/products/connected.ts'
import type { Context } from '../../shell/context.ts'
import { csrfToken } from '../csrf.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'

/**
 * `GET /m/{merchant}/card/{card}`: where a member opens a card of 商家名片会员 (docs/wechat/member-cards.md 2.5). Only
 * WeChat's script can open it: without it, the page says what to do. The tap asks our own server for a token, which no
 * other page needs to be allowed.
 */
export function show(ctx: Context<MemberState>): void {
  const { merchant } = ctx.state
  const product = connectedCard(merchant, ctx.params.card!, ({ kind }) => kind !== 'membercard_open')
  if (!product) return
  const policy = ctx.response.get('Content-Security-Policy')
  ctx.set('Content-Security-Policy', `${policy}; connect-src 'self'`)
  render(ctx, 'card-join', { cardId: product.cardId, csrf: csrfToken(ctx) })
}
