import { stocksOf } from '../../campaigns/stocks-of.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { CampaignCoupon } from '../../plumbing/storage/schema.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'

/** A campaign with what it gives, as every check of it needs them. */
export type Checked = {
  services: Services
  merchant: Merchant
  campaign: Campaign
  now: Date
  offers: OfferedStock[]
  /** Numbers of stocks that are not imported. */
  missing: string[]
}

/** `perGrant`: the most coupons of it that one grant gives. */
export type OfferedStock = { stock: Stock; perGrant: number }

/** The lists of coupons of a campaign: of each tier, or the only one. */
export function couponLists({ coupons, spend }: Campaign): { coupons: CampaignCoupon[]; total: number | undefined }[] {
  if (!spend) return [{ coupons, total: undefined }]
  return spend.tiers.map((tier) => ({ coupons: tier.coupons, total: tier.total }))
}

/** How many coupons of the stock one list gives. */
export function countIn(coupons: CampaignCoupon[], stockId: string): number {
  return coupons.reduce((sum, { stock_id, count }) => sum + (stock_id === stockId ? count : 0), 0)
}

/** Reads the stocks of the campaign as they are stored now. */
export async function readChecked(services: Services, merchant: Merchant, campaign: Campaign): Promise<Checked> {
  const lists = couponLists(campaign)
  const ids = stocksOf(campaign)
  const stocks = await services.db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('stock_id', 'in', ['', ...ids])
    .orderBy('id')
    .execute()
  const missing = ids.filter((id) => !stocks.some(({ stock_id }) => stock_id === id))
  const offers = stocks.map((stock) => ({
    stock,
    perGrant: Math.max(...lists.map(({ coupons }) => countIn(coupons, stock.stock_id))),
  }))
  return { services, merchant, campaign, now: services.clock.now(), offers, missing }
}
