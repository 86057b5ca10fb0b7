import type { Merchant } from '../merchants/merchant.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'

/** A stock that the merchant has imported. Throws `Unusable` when it has not. */
export async function importedStock(services: Services, merchant: Merchant, stockId: string): Promise<Stock> {
  const stock = await services.catalog.stock(merchant.id, stockId)
  if (stock) return stock
  throw new Unusable([`stock ${stockId} has not been imported for merchant ${merchant.slug}: run  stock import  first`])
}

/** Every imported stock of the merchant whose coupons can still be used, newest first. */
export function importedStocks({ db, clock }: Services, merchant: Merchant): Promise<Stock[]> {
  return db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchant.id)
    .where('available_end', '>', clock.now())
    .orderBy('id', 'desc')
    .execute()
}

/** The merchant's stock of this number as it is stored at this moment: whoever acts on it must not act on a second ago. */
export function storedStock(db: Db, merchantId: number, stockId: string): Promise<Stock | undefined> {
  return db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('stock_id', '=', stockId)
    .executeTakeFirst()
}
