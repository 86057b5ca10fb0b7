import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/**
 * Our coupons of the stock that are on their way or in doubt at this moment: WeChat's number of given coupons may or
 * may not include them.
 */
export async function countInFlight(db: Db, merchantId: number, stockId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from coupons c join stocks s on s.id = c.stock_ref
    where s.merchant_id = ${merchantId} and s.stock_id = ${stockId} and c.state = 'reserved' and c.settled_at is null
      and (c.lease_token is not null or c.doubt_since is not null)`.execute(db)
  return Number(rows[0]!.count)
}
