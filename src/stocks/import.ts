import type { Merchant } from '../merchants/merchant.ts'
import { asLine } from '../plumbing/files/readable-text.ts'
import type { Services } from '../services.ts'
import type { StockDetail } from '../wechat/pay/favor.ts'
import { countInFlight } from './in-flight.ts'
import { creatorOf, readLiveStock } from './live-stock.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { unusableStock } from './unusable-stock.ts'
import { statedTags, type StatedTags, stockFaults } from './stock-rules.ts'

/**
 * Reads a stock from WeChat Pay as the merchant's sender and stores it, as a new one or over the known one. Throws
 * `Unusable` with every reason why it cannot be sent: another creator, 立减与折扣, stopped, past, longer than 90 days, wrong
 * or unknown tags.
 */
export async function importStock(
  services: Services,
  merchant: Merchant,
  wanted: { stockId: string; creatorMchid?: string; tags?: string[] },
): Promise<Stock> {
  const { stockId } = wanted
  const creatorMchid = creatorOf(merchant, stockId, wanted.creatorMchid)
  const detail = await readLiveStock(services, merchant, { stockId, creatorMchid })
  const now = services.clock.now()
  const faults = stockFaults(detail, { creatorMchid, now })
  const tags = statedTags(detail.stock_use_rule?.goods_tag ?? [], wanted.tags)
  if ('fault' in tags) throw unusableStock(stockId, [...faults, tags.fault])
  if (faults.length > 0) throw unusableStock(stockId, faults)

  const inFlight = await countInFlight(services.db, merchant.id, stockId)
  const columns = stockColumns(detail, tags, { now, inFlight })
  const stock = await services.db
    .insertInto('stocks')
    .values({ merchant_id: merchant.id, stock_id: stockId, ...columns })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'stock_id']).doUpdateSet(columns))
    .returningAll()
    .executeTakeFirstOrThrow()
  services.catalog.forget()
  return stock
}

/** A stock's columns from WeChat's details; amounts in fen. Only for details that `stockFaults` found complete. */
export function stockColumns(
  detail: StockDetail,
  { tags, from }: StatedTags,
  { now, inFlight }: { now: Date; inFlight: number },
) {
  const rule = detail.stock_use_rule!
  return {
    creator_mchid: detail.stock_creator_mchid,
    name: asLine(detail.stock_name),
    status: detail.status,
    no_cash: detail.no_cash ?? false,
    coupon_amount: rule.fixed_normal_coupon!.coupon_amount,
    transaction_minimum: rule.fixed_normal_coupon!.transaction_minimum,
    max_coupons: rule.max_coupons!,
    max_coupons_per_user: rule.max_coupons_per_user!,
    distributed_coupons: detail.distributed_coupons ?? 0,
    available_begin: detail.available_begin_time,
    available_end: detail.available_end_time,
    goods_tags: [...tags],
    goods_tags_from: from,
    in_flight_at_sync: inFlight,
    synced_at: now,
  }
}
