import { settleWarnings } from '../alerts/warnings.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { type NeededStock, neededStocks } from './needed.ts'
import { stockKinds, stockSubject, stockWarnings } from './stock-warnings.ts'
import { syncStock } from './sync.ts'

/** Merchants whose stocks are read side by side, one call at a time each: about ten a second, of WeChat's 500. */
const merchantsAtOnce = 8

/**
 * Reads every needed stock again whose turn it is, and brings the warnings about all awaited stocks up to date. One
 * stock that cannot be read keeps no other from being read. Throws what the database throws.
 */
export async function syncStocks(services: Services, { signal }: JobRun): Promise<string> {
  const now = services.clock.now()
  const needed = await neededStocks(services.db, now)
  const queues = byMerchant(needed.filter((stock) => stock.sync_due_at <= now))
  let read = 0
  async function work(): Promise<void> {
    for (let queue = queues.shift(); queue; queue = queues.shift()) {
      for (const stock of queue) {
        signal.throwIfAborted()
        if (await readOne(services, stock)) read += 1
      }
    }
  }
  await Promise.all(Array.from({ length: merchantsAtOnce }, work))
  await warnOfAll(services, signal)
  return `${read} of ${needed.length} stocks read`
}

function byMerchant(stocks: NeededStock[]): NeededStock[][] {
  const queues = new Map<number, NeededStock[]>()
  for (const stock of stocks) queues.set(stock.merchant_id, [...(queues.get(stock.merchant_id) ?? []), stock])
  return [...queues.values()]
}

async function readOne(services: Services, stock: NeededStock): Promise<boolean> {
  const merchant = await services.catalog.merchantById(stock.merchant_id)
  if (!merchant) return false
  try {
    await syncStock(services, merchant, stock, { lifts: 'of_state' })
    return true
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    services.log.debug({ merchantId: merchant.id, stock: stock.stock_id, error: error.message }, 'a stock was not read')
    return false
  }
}

/** Also without a call: a stock's window ends by itself, and a stock that no campaign gives any more needs no warning. */
async function warnOfAll(services: Services, signal: AbortSignal): Promise<void> {
  const now = services.clock.now()
  const needed = (await neededStocks(services.db, now)).filter((stock) => stock.is_awaited)
  for (const stock of needed) {
    signal.throwIfAborted()
    const about = { merchantId: stock.merchant_id, kinds: stockKinds, subject: stockSubject(stock) }
    await settleWarnings(services, about, await stockWarnings(services.db, stock, now))
  }
  await endOfUnneeded(services, needed)
}

async function endOfUnneeded(services: Services, needed: NeededStock[]): Promise<void> {
  const active = await services.db
    .selectFrom('warnings')
    .select(['merchant_id', 'subject'])
    .distinct()
    .where('kind', 'in', stockKinds)
    .where('until', 'is', null)
    .execute()
  const isNeeded = (merchantId: number, subject: string) =>
    needed.some((stock) => stock.merchant_id === merchantId && stockSubject(stock) === subject)
  for (const { merchant_id: merchantId, subject } of active) {
    if (!isNeeded(merchantId, subject)) await settleWarnings(services, { merchantId, kinds: stockKinds, subject }, [])
  }
}
