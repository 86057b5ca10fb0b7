import { beijingDay } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/**
 * Keeps what WeChat has just reported of a stock, if it differs from the report before, and each Beijing day's first
 * report: what the count rose by in a day can be told only from the counts at its ends.
 */
export async function noteReport(db: Db, stock: Stock): Promise<void> {
  const { id, distributed_coupons, max_coupons, status, synced_at } = stock
  const before = await db
    .selectFrom('stock_reports')
    .select(['at', 'distributed_coupons', 'max_coupons', 'status'])
    .where('stock_ref', '=', id)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (
    before &&
    beijingDay(before.at) === beijingDay(synced_at) &&
    before.distributed_coupons === distributed_coupons &&
    before.max_coupons === max_coupons &&
    before.status === status
  )
    return
  await db
    .insertInto('stock_reports')
    .values({ stock_ref: id, at: synced_at, distributed_coupons, max_coupons, status })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
