import { type Rules, stockIdsOf } from '../../campaigns/rules-of.ts'
import { stocksNamed } from '../../campaigns/stocks-named.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { CampaignCoupon } from '../../plumbing/storage/schema.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import type { Services } from '../../services.ts'

/** A campaign as it is stored, or as somebody would store it; `id` 0: it was never stored. */
export type Checkable = Rules & Pick<Campaign, 'id' | 'limits_revision'>

/** A campaign with what it gives, as every check of it needs them. */
export type Checked = {
  services: Services
  merchant: Merchant
  campaign: Checkable
  now: Date
  offers: OfferedStock[]
  /** Numbers of stocks that are not imported. */
  missing: string[]
}

/** `perGrant`: the most coupons of it that one grant gives. */
export type OfferedStock = { stock: Stock; perGrant: number }

/** The lists of coupons of a campaign: of each tier, or the only one. */
export function couponLists({ coupons, spend }: Rules): { coupons: CampaignCoupon[]; total: number | undefined }[] {
  if (!spend) return [{ coupons, total: undefined }]
  return spend.tiers.map((tier) => ({ coupons: tier.coupons, total: tier.total }))
}

/** How many coupons of the stock one list gives. */
export function countIn(coupons: CampaignCoupon[], stockId: string): number {
  return coupons.reduce((sum, { stock_id, count }) => sum + (stock_id === stockId ? count : 0), 0)
}

/** Reads the stocks of the campaign as they are stored now. */
export async function readChecked(services: Services, merchant: Merchant, campaign: Checkable): Promise<Checked> {
  const lists = couponLists(campaign)
  const ids = stockIdsOf(campaign)
  const stocks = await stocksNamed(services.db, merchant.id, ids)
  const missing = ids.filter((id) => !stocks.has(id))
  const offers = [...stocks.values()].map((stock) => ({
    stock,
    perGrant: Math.max(...lists.map(({ coupons }) => countIn(coupons, stock.stock_id))),
  }))
  return { services, merchant, campaign, now: services.clock.now(), offers, missing }
}
