import type { Db } from '../plumbing/storage/database.ts'
import type { DayStock } from './stocks-of-day.ts'
import type { WholeDay } from '../plumbing/whole-day.ts'

/** How many coupons of a stock WeChat had given when it was asked. */
export type CountAt = { at: Date; count: number }

/** A stock is read every few minutes, and each day's first report is kept (stocks/reports.ts). */
const soonMs = 6 * 3_600_000

/**
 * WeChat's counts at the two ends of a day: the first report after midnight, or else the last one before it. undefined
 * where there is none, or only one for both ends.
 */
export async function countsOfDay(
  db: Db,
  stock: DayStock,
  { start, end }: WholeDay,
): Promise<{ from: CountAt; to: CountAt } | undefined> {
  const from = await countNear(db, stock, start)
  const to = await countNear(db, stock, end)
  return from && to && from.at < to.at ? { from, to } : undefined
}

async function countNear(db: Db, stock: DayStock, midnight: Date): Promise<CountAt | undefined> {
  const after = await reports(db, stock)
    .where('at', '>=', midnight)
    .where('at', '<', new Date(midnight.getTime() + soonMs))
    .orderBy('at')
    .executeTakeFirst()
  return after ?? (await reports(db, stock).where('at', '<', midnight).orderBy('at', 'desc').executeTakeFirst())
}

function reports(db: Db, stock: DayStock) {
  return db
    .selectFrom('stock_reports')
    .select(['at', 'distributed_coupons as count'])
    .where('stock_ref', '=', stock.id)
    .limit(1)
}
