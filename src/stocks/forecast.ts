import { sql } from 'kysely'
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
  return (await forecastsOf(db, [stock], now)).get(stock.id)!
}

/** The same of many stocks by `stocks.id`, in one query. */
export async function forecastsOf(db: Db, stocks: Stock[], now: Date): Promise<Map<number, Forecast>> {
  const reports = await reportsAt(db, stocks, daysBefore(now, lookBackDays))
  return new Map(stocks.map((stock) => [stock.id, forecastFrom(reports.get(stock.id), stock, now)]))
}

type Report = { id: number; at: Date; distributed: number }

function forecastFrom(from: Report | undefined, stock: Stock, now: Date): Forecast {
  const left = Math.max(0, stock.max_coupons - stock.distributed_coupons)
  const knownMs = from ? now.getTime() - Math.max(from.at.getTime(), daysBefore(now, lookBackDays).getTime()) : 0
  if (!from || knownMs < leastMs) return { left, perDay: undefined, daysLeft: undefined }
  const perDay = (Math.max(0, stock.distributed_coupons - from.distributed) * dayMs) / knownMs
  return { left, perDay, daysLeft: perDay === 0 ? undefined : left / perDay }
}

/** Of each stock the report that was true at that time: the last one before it, or else the first of all. */
async function reportsAt(db: Db, stocks: Stock[], at: Date): Promise<Map<number, Report>> {
  const ids = stocks.map(({ id }) => id)
  const { rows } = await sql<Report>`
    select s.id, r.at, r.distributed from unnest(${ids}::bigint[]) as s(id) cross join lateral (
      (select 1 as choice, at, distributed_coupons as distributed from stock_reports
        where stock_ref = s.id and at <= ${at} order by at desc limit 1)
      union all
      (select 2, at, distributed_coupons from stock_reports where stock_ref = s.id order by at limit 1)
      order by choice limit 1) r`.execute(db)
  return new Map(rows.map((row) => [Number(row.id), row]))
}
