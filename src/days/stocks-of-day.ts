import type { Selectable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { StocksTable } from '../plumbing/storage/schema.ts'
import type { WholeDay } from './whole-day.ts'

export type DayStock = Pick<
  Selectable<StocksTable>,
  'id' | 'stock_id' | 'creator_mchid' | 'coupon_amount' | 'distributed_coupons'
>

/** The merchant's stocks of which coupons could be sent or used on the day. */
export function stocksOfDay(db: Db, merchantId: number, { start, end }: WholeDay): Promise<DayStock[]> {
  return db
    .selectFrom('stocks')
    .select(['id', 'stock_id', 'creator_mchid', 'coupon_amount', 'distributed_coupons'])
    .where('merchant_id', '=', merchantId)
    .where('available_begin', '<', end)
    .where('available_end', '>=', start)
    .orderBy('stock_id')
    .execute()
}
