import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { countInFlight } from './in-flight.ts'
import { creatorOf, readLiveStock } from './live-stock.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { unusableStock } from './unusable-stock.ts'
import { noteReport } from './reports.ts'
import { stockColumns } from './stock-columns.ts'
import { statedTags } from './stated-tags.ts'
import { stockFaults } from './stock-rules.ts'

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
  await noteReport(services.db, stock)
  services.catalog.forget()
  return stock
}
