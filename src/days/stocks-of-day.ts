import type { Selectable } from 'kysely'
import { isGivenBefore } from '../stocks/given.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { StocksTable } from '../plumbing/storage/schema.ts'
import type { WholeDay } from './whole-day.ts'

export type DayStock = Pick<Selectable<StocksTable>, 'id' | 'stock_id' | 'creator_mchid' | 'coupon_amount'> & {
  /** Whether anybody had got a coupon of it by the end of the day, as far as we know. */
  is_given: boolean
}

/** The merchant's stocks of which coupons could be sent or used on the day. */
export function stocksOfDay(db: Db, merchantId: number, { start, end }: WholeDay): Promise<DayStock[]> {
  return db
    .selectFrom('stocks as s')
    .select(['id', 'stock_id', 'creator_mchid', 'coupon_amount', isGivenBefore(end).as('is_given')])
    .where('merchant_id', '=', merchantId)
    .where('available_begin', '<', end)
    .where('available_end', '>=', start)
    .orderBy('stock_id')
    .execute()
}
