import { openFromProduct } from '../../../cards/products/landing.ts'
import type { Context } from '../../shell/context.ts'
import type { MemberState } from '../state.ts'
import { showLanding } from './card-opened.ts'
import { cardRefreshSeconds, joinPauses } from './refresh.ts'

/** `GET /m/{merchant}/card/{card}/opened`: where WeChat leads after a card of WeChat Pay was taken. A repeat is safe. */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const product = merchant.cards.find(({ cardId }) => cardId === ctx.params.card)
  if (!product) return
  const landing = await openFromProduct(services, merchant, product, { openid: member.openid, query: ctx.query })
  await showLanding(ctx, landing, cardRefreshSeconds(ctx, landing, joinPauses))
}
