import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** A form offers no more. */
const most = 200

/** The merchant's stocks that a campaign may give from now on, those that run first, each newest first. */
export function shelfStocks(db: Db, merchantId: number, now: Date): Promise<Stock[]> {
  return db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('on_shelf', '=', true)
    .where('available_end', '>', now)
    .orderBy((is) => is('status', '=', 'running'), 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
}
