import { activeWarnings, type Warning } from '../alerts/warnings.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { stockSubject } from './stock-warnings.ts'

/** The newest ones; a page is read, not searched. */
const rowsAtMost = 50

/** What WeChat reported of a stock, what was asked of WeChat about it, and what is wrong with it now. */
export type StockStory = {
  reports: Awaited<ReturnType<typeof reportsOf>>
  acts: Awaited<ReturnType<typeof actsOf>>
  halts: Awaited<ReturnType<typeof haltsOf>>
  warnings: Warning[]
}

/** Reads it. Throws what the database throws. */
export async function storyOf(db: Db, stock: Stock): Promise<StockStory> {
  const [reports, acts, halts, warnings] = await Promise.all([
    reportsOf(db, stock),
    actsOf(db, stock),
    haltsOf(db, stock),
    activeWarnings(db, stock.merchant_id),
  ])
  return { reports, acts, halts, warnings: warnings.filter(({ subject }) => subject === stockSubject(stock)) }
}

function reportsOf(db: Db, { id }: Stock) {
  return db
    .selectFrom('stock_reports')
    .selectAll()
    .where('stock_ref', '=', id)
    .orderBy('at', 'desc')
    .limit(rowsAtMost)
    .execute()
}

function actsOf(db: Db, { merchant_id, stock_id }: Stock) {
  return db
    .selectFrom('provider_acts')
    .selectAll()
    .where('merchant_id', '=', merchant_id)
    .where('subject', '=', stock_id)
    .orderBy('id', 'desc')
    .limit(rowsAtMost)
    .execute()
}

/** The active halts of the stock, and those of a whole account of the merchant. */
function haltsOf(db: Db, { id, merchant_id }: Stock) {
  return db
    .selectFrom('halts')
    .innerJoin('accounts', 'accounts.id', 'halts.account_id')
    .select(['halts.cause', 'halts.code', 'halts.message', 'halts.request_id', 'halts.since', 'halts.stock_ref'])
    .select('accounts.mchid')
    .where('halts.merchant_id', '=', merchant_id)
    .where('halts.lifted_at', 'is', null)
    .where((is) => is.or([is('halts.stock_ref', '=', id), is('halts.stock_ref', 'is', null)]))
    .orderBy('halts.id')
    .execute()
}
