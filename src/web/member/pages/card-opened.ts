import { findGrant } from '../../../grants/grants.ts'
import { type Landing, openFromLanding } from '../../../cards/landing.ts'
import { namedCards } from '../../../cards/products/connected.ts'
import { openFromProduct } from '../../../cards/products/landing.ts'
import type { CardProduct } from '../../../merchants/merchant.ts'
import { memberReasons, Refusal } from '../../../refusal.ts'
import type { Context } from '../../shell/context.ts'
import type { MerchantState } from '../../middleware/merchant.ts'
import { render } from '../render.ts'
import type { MemberState } from '../state.ts'
import { grantView } from './grant-view.ts'
import { cardRefreshSeconds, joinPauses } from './refresh.ts'

/**
 * `GET /m/{merchant}/card-opened`: where WeChat sends a member after opening a card, of 微信卡券 or one that the merchant
 * file names. A repeat changes nothing.
 */
export async function show(ctx: Context<MemberState>): Promise<void> {
  const { services, merchant, member } = ctx.state
  const product = namedCards(merchant).find(({ cardId }) => cardId === ctx.query.card_id)
  if (product) return showProduct(ctx, product)
  const landing = await openFromLanding(services, merchant, member.openid, ctx.query)
  await showLanding(ctx, landing, cardRefreshSeconds(ctx, landing))
}

/** The same for a card of WeChat Pay. */
export async function showProduct(ctx: Context<MemberState>, product: CardProduct): Promise<void> {
  const { services, merchant, member } = ctx.state
  const landing = await openFromProduct(services, merchant, product, { openid: member.openid, query: ctx.query })
  await showLanding(ctx, landing, cardRefreshSeconds(ctx, landing, joinPauses))
}

/** What a member sees of a card, of any product. */
async function showLanding(
  ctx: Context<MerchantState>,
  landing: Landing,
  refreshSeconds: number | undefined,
): Promise<void> {
  if (landing.kind === 'not_yours') throw new Refusal('not_yours', { status: 404 })
  if (landing.kind === 'opened') await showOpened(ctx, landing)
  else render(ctx, 'card-not-opened', { kind: landing.kind, refreshSeconds })
}

async function showOpened(
  ctx: Context<MerchantState>,
  { awards }: Extract<Landing, { kind: 'opened' }>,
): Promise<void> {
  const { services, merchant } = ctx.state
  const ids = awards.map((award) => award.grantId).filter((id) => id !== undefined)
  const found = await Promise.all(ids.map((id) => findGrant(services.db, merchant.id, id)))
  const now = services.clock.now()
  const grants = found.filter((grant) => grant !== undefined).map((grant) => grantView(merchant, grant, now))
  const turnedAway = awards.find((award) => award.kind === 'turned_away')
  render(ctx, 'card-opened', {
    grants,
    reason: grants.length === 0 && turnedAway ? memberReasons[turnedAway.reason] : undefined,
    next: grants.find((grant) => grant.pending),
  })
}
