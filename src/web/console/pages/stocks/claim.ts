import QRCode from 'qrcode'
import { may } from '../../../../operators/rights/person.ts'
import type { Campaign } from '../../../../plumbing/storage/schema/campaign.ts'
import { campaignsOfStock } from '../../../../stocks/campaigns-of-stock.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { tagsOf } from '../campaigns/standing-tag.ts'
import { templateCards } from '../campaigns/template-cards.ts'
import { namedStock, stockPaths } from './named-stock.ts'

/**
 * `GET …/{stock}/claim`: the links by which members claim coupons of the stock. Where there is none yet, whoever may make
 * one finds the editor, filled in.
 */
export const show: Handler<MerchantState> = async (ctx) => {
  const { merchant, services, person, scope } = ctx.state
  const stock = await namedStock(ctx)
  const at = stockPaths(merchant, stock.stock_id)
  const campaigns = await linksOf(ctx)
  const standings = await tagsOf(services, merchant, campaigns)
  const links = campaigns.map((one) => ({
    title: one.title,
    starts: one.starts_at,
    ends: one.ends_at,
    tag: standings.get(one.id),
    url: claimUrl(ctx, one),
    image: at.codeOf(one.slug),
  }))
  if (links.length === 0 && may(person, 'edit_campaigns', scope))
    return goTo(ctx, templateCards(merchant, stock.stock_id)[0]!.href)
  render(ctx, 'stock-claim', { stock, at, links })
}

/** The QR code of one of these links, as an image of its own: the page's policy allows no inline style. */
export const code: Handler<MerchantState> = async (ctx) => {
  const campaign = (await linksOf(ctx)).find(({ slug }) => slug === ctx.params.campaign)
  if (!campaign) return ctx.throw(404)
  ctx.type = 'image/svg+xml'
  ctx.body = await QRCode.toString(claimUrl(ctx, campaign), { type: 'svg', margin: 2, width: 240 })
}

/** The published link campaigns that give the stock and are not over. */
async function linksOf(ctx: Context<MerchantState>): Promise<Campaign[]> {
  const { services } = ctx.state
  const campaigns = await campaignsOfStock(services.db, await namedStock(ctx))
  const now = services.clock.now()
  return campaigns.filter(({ kind, state, ends_at }) => kind === 'link' && state === 'published' && ends_at > now)
}

function claimUrl({ state }: Context<MerchantState>, { slug }: Campaign): string {
  // A fixed address of the member's pages (docs/merchant/addresses.md).
  return new URL(`/m/${state.merchant.slug}/c/${slug}`, state.services.config.publicUrl).href
}
