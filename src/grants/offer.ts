import type { Merchant } from '../merchants/merchant.ts'
import { kept } from '../plumbing/cache.ts'
import type { CampaignCoupon } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** What a campaign gives, resolved: how many coupons of which stocks. */
export type Offer = { stock: Stock; count: number }[]

/** As old as the catalog's own answers may be; lists that a crowd asks for within that time. */
const offers = kept<CampaignCoupon[], Offer>({ most: 500, ageMs: 1_000 })

/**
 * Resolves `coupons`, a list of the campaign or of one of its tiers. Every tap of a crowd asks for the same list, so the
 * answer is kept for a second. Rejects when the campaign names a stock that is not there.
 */
export function offerOf(services: Services, merchant: Merchant, coupons: CampaignCoupon[]): Promise<Offer> {
  return services.cache.read(offers, coupons, () => byStock(services, merchant, coupons), merchant)
}

/** The same stock named twice counts once, with the sum: a scope may be asked for only once. */
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
