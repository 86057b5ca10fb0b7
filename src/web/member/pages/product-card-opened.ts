import { connectedCard } from '../../../cards/products/connected.ts'
import type { Context } from '../../shell/context.ts'
import type { MemberState } from '../state.ts'
import { showProduct } from './card-opened.ts'

/** `GET /m/{merchant}/card/{card}/opened`: where WeChat leads after a card of WeChat Pay was taken. A repeat is safe. */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const product = connectedCard(ctx.state.merchant, ctx.params.card!)
  if (product) await showProduct(ctx, product)
}
