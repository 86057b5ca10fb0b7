import type { Merchant } from '../merchants/merchant.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** What a campaign gives: its stocks, and how many coupons of each. */
export type Offer = { stock: Stock; count: number }[]

/**
 * Finds the stocks of `coupons`, a list of the campaign or of one of its tiers, as the catalog knows them now: what a
 * sync has found is true for the next tap. A stock that is named twice appears once, with the sum of the counts: an
 * award may ask for a scope only once. Rejects when the campaign names a stock that is not imported.
 */
export async function offerOf({ catalog }: Services, merchant: Merchant, coupons: CampaignCoupon[]): Promise<Offer> {
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
