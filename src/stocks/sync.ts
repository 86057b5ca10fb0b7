import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { stockColumns } from './import.ts'
import { countInFlight } from './in-flight.ts'
import { readLiveStock } from './live-stock.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { unusableStock } from './unusable-stock.ts'
import { statedTags } from './stock-rules.ts'

/**
 * Refreshes an imported stock (同步). Unlike the import it also stores a state in which nothing can be sent any more, so
 * that pages and operators see it. Tags that the operator stated are kept while WeChat hides them. Throws `Unusable`
 * when WeChat's details are incomplete.
 */
export async function syncStock(services: Services, merchant: Merchant, stock: Stock): Promise<Stock> {
  const known = { stockId: stock.stock_id, creatorMchid: stock.creator_mchid }
  const detail = await readLiveStock(services, merchant, known)
  const { max_coupons, max_coupons_per_user, fixed_normal_coupon, goods_tag } = detail.stock_use_rule ?? {}
  if (!max_coupons || !max_coupons_per_user || !fixed_normal_coupon) {
    throw unusableStock(stock.stock_id, [
      'WeChat did not tell its amount, its number of coupons or its limit per member',
    ])
  }
  const tags = statedTags(goods_tag ?? [], goods_tag?.length ? undefined : stock.goods_tags)
  if ('fault' in tags) throw unusableStock(stock.stock_id, [tags.fault])
  const inFlight = await countInFlight(services.db, merchant.id, stock.stock_id)
  const fresh = await services.db
    .updateTable('stocks')
    .set(stockColumns(detail, tags, { now: services.clock.now(), inFlight }))
    .where('id', '=', stock.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  services.catalog.forget()
  return fresh
}
