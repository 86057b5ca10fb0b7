import type { Db } from '../plumbing/storage/database.ts'
import type { RedemptionFact } from './redemption-fact.ts'

/** Whose coupon a report is about: ours (`row`), or another number's of a stock of this merchant. */
export type Whose = { stockId: string; row: string | null }

/**
 * Finds for each reported coupon whose it is; undefined when it is no concern of this merchant. A coupon whose number
 * we do not know yet, because the answer to its send was lost, looks like another's until `adoptLateSent` finds it.
 */
export async function whoseCoupons(
  db: Db,
  merchantId: number,
  facts: Pick<RedemptionFact, 'couponId' | 'stockId'>[],
): Promise<(fact: Pick<RedemptionFact, 'couponId' | 'stockId'>) => Whose | undefined> {
  const ours = await db
    .selectFrom('coupons as c')
    .innerJoin('stocks as s', 's.id', 'c.stock_ref')
    .select(['c.id', 'c.coupon_id', 's.stock_id'])
    .where('c.merchant_id', '=', merchantId)
    .where('c.coupon_id', 'in', distinct(facts.map((fact) => fact.couponId)))
    .execute()
  const byCoupon = new Map(ours.map((one) => [one.coupon_id, one]))
  const unknown = distinct(facts.flatMap(({ couponId, stockId }) => (byCoupon.has(couponId) ? [] : (stockId ?? []))))
  const stocks = unknown.length === 0 ? [] : await stocksNamed(db, merchantId, unknown)
  const known = new Set(stocks.map((stock) => stock.stock_id))
  return ({ couponId, stockId }) => {
    const own = byCoupon.get(couponId)
    if (own) return { stockId: own.stock_id, row: own.id }
    return stockId !== undefined && known.has(stockId) ? { stockId, row: null } : undefined
  }
}

function stocksNamed(db: Db, merchantId: number, stockIds: string[]) {
  return db
    .selectFrom('stocks')
    .select('stock_id')
    .where('merchant_id', '=', merchantId)
    .where('stock_id', 'in', stockIds)
    .execute()
}

function distinct(ids: string[]): string[] {
  return [...new Set(ids)]
}
