import { javascript } from '../official/js-ticket.ts'
import { push } from '../push/push.ts'
import type { Run } from '../routes.ts'
import { takeProductCard } from './take-product-card.ts'

/**
 * GET /sandbox/join-card?token=: the member has agreed in WeChat's component, which a page opened with this token. The
 * card is taken and the merchant is told. Stricter than WeChat may be: a token works once (docs/wechat/member-cards.md
 * 2.5).
 */
export const joinCard: Run = (state, { query }) => {
  const token = query.get('token') ?? ''
  const joining = state.joinTokens.get(token)
  state.joinTokens.delete(token)
  const holds = joining !== undefined && joining.until > state.clock.now().getTime()
  if (holds) {
    const { cardId, openid } = joining
    takeProductCard(state, cardId, openid)
    void push(state, { kind: 'brand_card', cardId, openid, event: 'CREATE' })
  }
  return javascript(`window.sandboxJoined(${holds})`)
}
