import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { isGiving } from './stock-state.ts'

/** Which halts a sync may end: every one of the stock, or only those that a change of its state disproves. */
export type Lifted = 'all' | 'of_state'

/** Causes that a stock does not have which was closed before and is running within its window now. */
const ofState = ['stock_over_or_inactive', 'stock_outside_window', 'stock_status_illegal']
/** With a budget per day, a stock that has coupons left may still give none today: only a larger size disproves it. */
const ofBudget = ['stock_budget_exhausted']

/**
 * The active halts of the stock that its fresh state ends. Only for a stock that is giving coupons. Without a change
 * WeChat contradicts itself: then the halt's own probes find out, one coupon at a time.
 */
export async function haltsOfStock(db: Db, before: Stock, fresh: Stock, lifts: Lifted): Promise<number[]> {
  const causes = [
    ...(isGiving(before, before.synced_at) ? [] : ofState),
    ...(fresh.max_coupons > before.max_coupons ? ofBudget : []),
  ]
  if (lifts === 'of_state' && causes.length === 0) return []
  const halts = await db
    .selectFrom('halts')
    .select('id')
    .where('stock_ref', '=', fresh.id)
    .where('lifted_at', 'is', null)
    .$if(lifts === 'of_state', (query) => query.where('cause', 'in', causes))
    .execute()
  return halts.map(({ id }) => id)
}
