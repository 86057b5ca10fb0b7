import type { Merchant } from '../merchants/merchant.ts'
import { kept } from '../plumbing/cache.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** What a campaign gives: its stocks, and how many coupons of each. */
export type Offer = { stock: Stock; count: number }[]

/** Kept as long as the catalog keeps its own answers. `most`: more lists than are asked for within that time. */
const offers = kept<CampaignCoupon[], Offer>({ most: 500, ageMs: 1_000 })

/**
 * Finds the stocks of `coupons`, a list of the campaign or of one of its tiers. Every tap asks for the same list, so
 * the answer is kept for a second. Rejects when the campaign names a stock that is not imported.
 */
export function offerOf(services: Services, merchant: Merchant, coupons: CampaignCoupon[]): Promise<Offer> {
  return services.cache.read(offers, coupons, () => byStock(services, merchant, coupons), merchant)
}

/** A stock that is named twice appears once, with the sum of the counts: an award may ask for a scope only once. */
async function byStock({ catalog }: Services, merchant: Merchant, coupons: CampaignCoupon[]): Promise<Offer> {
  const counts = new Map<string, number>()
  for (const { stock_id, count } of coupons) counts.set(stock_id, (counts.get(stock_id) ?? 0) + count)
  const resolved: Offer = []
  for (const [stockId, count] of counts) {
    const stock = await catalog.stock(merchant.id, stockId)
    if (!stock) throw new Error(`stock ${stockId} of the campaign is not imported`)
    resolved.push({ stock, count })
  }
  return resolved
}
