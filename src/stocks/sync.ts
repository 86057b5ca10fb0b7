import { liftHalt } from '../delivery/halts.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { haltsOfStock, type Lifted } from './halts-of-stock.ts'
import { countInFlight } from './in-flight.ts'
import { readLiveStockByAny } from './live-stock.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { noteReport } from './reports.ts'
import { incomplete, isComplete, stockColumns } from './stock-columns.ts'
import { statedTags } from './stated-tags.ts'
import { isGiving } from './stock-state.ts'
import { nextSync, syncAgain } from './sync-due.ts'
import { UnusableStock, unusableStock } from './unusable-stock.ts'

/**
 * Refreshes an imported stock (同步), by either party's keys. Unlike the import it also stores a state in which nothing
 * can be sent any more, so that pages and operators see it. Tags that the operator stated are kept while WeChat hides
 * them. When WeChat gives coupons of it, halts of the stock end: all of them, or with `lifts: 'of_state'` only those
 * whose cause this state disproves. Throws `Unusable` when WeChat does not answer or its details are incomplete.
 */
export async function syncStock(
  services: Services,
  merchant: Merchant,
  stock: Stock,
  { lifts = 'all' }: { lifts?: Lifted } = {},
): Promise<Stock> {
  const fresh = await readAndStore(services, merchant, stock).catch(async (error: unknown) => {
    if (error instanceof Unusable) await noteProblem(services, stock, error)
    throw error
  })
  await noteReport(services.db, fresh)
  services.catalog.forget()
  if (isGiving(fresh, fresh.synced_at)) {
    for (const id of await haltsOfStock(services.db, stock, fresh, lifts)) await liftHalt(services, id, 'sync')
  }
  return fresh
}

async function readAndStore(services: Services, merchant: Merchant, stock: Stock): Promise<Stock> {
  const known = { stockId: stock.stock_id, creatorMchid: stock.creator_mchid }
  const detail = await readLiveStockByAny(services, merchant, known)
  if (!isComplete(detail)) throw unusableStock(stock.stock_id, [incomplete], ['微信没有提供面额、总数或每人限领'])
  const shown = detail.stock_use_rule?.goods_tag ?? []
  const tags = statedTags(shown, shown.length > 0 ? undefined : stock.goods_tags)
  if ('fault' in tags) throw unusableStock(stock.stock_id, [tags.fault], ['订单优惠标记不在六种允许的组合内'])
  const inFlight = await countInFlight(services.db, merchant.id, stock.stock_id)
  const columns = stockColumns(detail, tags, { now: services.clock.now(), inFlight })
  return services.db
    .updateTable('stocks')
    .set({ ...columns, sync_due_at: nextSync(columns) })
    .where('id', '=', stock.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The console and the warnings show it, so that it is Chinese where there are such words. */
function problemOf(error: Unusable): string {
  return error instanceof UnusableStock && error.chinese.length > 0 ? error.chinese.join('；') : error.message
}

async function noteProblem({ db, clock }: Services, stock: Stock, error: Unusable): Promise<void> {
  const now = clock.now()
  const failures = stock.sync_failures + 1
  await db
    .updateTable('stocks')
    .set({
      sync_failures: failures,
      sync_problem: problemOf(error),
      sync_problem_since: stock.sync_problem_since ?? now,
      sync_due_at: syncAgain(failures, now),
    })
    .where('id', '=', stock.id)
    .execute()
}
