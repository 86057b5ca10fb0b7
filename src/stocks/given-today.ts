import { beijingDayNumber, startOfBeijingDay } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/**
 * The face value, in fen, that our ledger has sent of a stock in this Beijing day, of all merchants that send it. What
 * other systems sent is not in it: WeChat does not tell a day's number.
 */
export async function givenToday(db: Db, stock: Stock, now: Date): Promise<number> {
  const { sent } = await db
    .selectFrom('coupons')
    .innerJoin('stocks', 'stocks.id', 'coupons.stock_ref')
    .select((eb) => eb.fn.countAll<number>().as('sent'))
    .where('stocks.stock_id', '=', stock.stock_id)
    .where('stocks.creator_mchid', '=', stock.creator_mchid)
    .where('coupons.state', '<>', 'refused')
    .where('coupons.settled_at', '>=', startOfBeijingDay(beijingDayNumber(now)))
    .executeTakeFirstOrThrow()
  return Number(sent) * stock.coupon_amount
}
