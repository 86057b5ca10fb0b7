import type { Db } from '../plumbing/storage/database.ts'
import { dayMs, daysBefore } from '../plumbing/clock.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** How fast a stock is used, and for how long it lasts. */
export type Forecast = {
  /** Coupons that WeChat can still give. */
  left: number
  /** Coupons a day, over the last week or as long as the stock is known; undefined until an hour is known. */
  perDay: number | undefined
  /** Days until none is left at that rate; undefined without a rate, or when none is used. */
  daysLeft: number | undefined
}

const lookBackDays = 7
/** A rate of a shorter time would say nothing. */
const leastMs = 3_600_000

/** From WeChat's own reports, so coupons that other systems send of the stock count too. Throws what the database throws. */
export async function forecastOf(db: Db, stock: Stock, now: Date): Promise<Forecast> {
  const left = Math.max(0, stock.max_coupons - stock.distributed_coupons)
  const from = await reportAt(db, stock, daysBefore(now, lookBackDays))
  const knownMs = from ? now.getTime() - Math.max(from.at.getTime(), daysBefore(now, lookBackDays).getTime()) : 0
  if (!from || knownMs < leastMs) return { left, perDay: undefined, daysLeft: undefined }
  const perDay = (Math.max(0, stock.distributed_coupons - from.distributed_coupons) * dayMs) / knownMs
  return { left, perDay, daysLeft: perDay === 0 ? undefined : left / perDay }
}

/** The report that was true at that time: the last one before it, or else the first of all. */
async function reportAt(db: Db, stock: Stock, at: Date) {
  const reports = () =>
    db.selectFrom('stock_reports').select(['at', 'distributed_coupons']).where('stock_ref', '=', stock.id).limit(1)
  return (
    (await reports().where('at', '<=', at).orderBy('at', 'desc').executeTakeFirst()) ??
    (await reports().orderBy('at').executeTakeFirst())
  )
}
