import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import { countInFlight } from './in-flight.ts'
import { lookAtStock, type StockOnOffer } from './look.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { unusableStock } from './unusable-stock.ts'
import { noteReport } from './reports.ts'
import { stockColumns } from './stock-columns.ts'
import { type StatedTags, statedTags } from './stated-tags.ts'
import { nextSync } from './sync-due.ts'

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
  const look = await lookAtStock(services, merchant, wanted)
  const tags = statedTags(look.shownTags, wanted.tags)
  const faults = look.faults.map(({ english }) => english)
  if ('fault' in tags) throw unusableStock(stockId, [...faults, tags.fault])
  if (faults.length > 0) throw unusableStock(stockId, faults)
  const stock = await storeStock(services, merchant, { look, tags })
  services.catalog.forget()
  return stock
}

/**
 * Stores a stock that was looked at and has no fault. The caller makes the catalog forget, after the end of a
 * transaction of its own.
 */
export async function storeStock(
  { clock, db }: { clock: Services['clock']; db: Db },
  merchant: Merchant,
  { look, tags }: { look: StockOnOffer; tags: StatedTags },
): Promise<Stock> {
  const { stockId, detail } = look
  const inFlight = await countInFlight(db, merchant.id, stockId)
  const told = stockColumns(detail, tags, { now: clock.now(), inFlight })
  const columns = { ...told, sync_due_at: nextSync(told) }
  const stock = await db
    .insertInto('stocks')
    .values({ merchant_id: merchant.id, stock_id: stockId, ...columns })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'stock_id']).doUpdateSet(columns))
    .returningAll()
    .executeTakeFirstOrThrow()
  await noteReport(db, stock)
  return stock
}
