import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'
import { adoptLateSent } from './adopt-late-sent.ts'
import { askCoupon } from './ask-coupon.ts'
import { nextCoupons, saveWalk, stocksNearEnd, type WalkedStock } from './walk-rows.ts'

/**
 * Of one stock and run. A query takes a twentieth of a second, so ten thousand coupons take a few hours: beyond that the
 * stock's flow files are the source, and this only finds what they missed.
 */
const mostPerRun = 1_000
const batchSize = 50
/** So many questions in a row without an answer: WeChat is out of order, and the next run goes on. */
const mostSilent = 3
/** Nobody waits, and whoever has less patience goes first: sends are never held up. */
const patience = { turnMs: 15_000, timeoutMs: 5_000 }

/**
 * Job: asks WeChat about coupons that nobody has reported as used, shortly before their stock's end and after it, each
 * once per round, by the number that sent it and at its pace. Reads only what lies behind the place it has reached, by
 * an index. Then finds the coupons of uses that were reported before we knew that we had sent them.
 */
export async function walkCoupons(services: Services, { signal }: JobRun): Promise<string> {
  const stocks = await stocksNearEnd(services.db, services.clock.now())
  let asked = 0
  for (const stock of stocks) asked += await walkStock(services, stock, signal)
  const adopted = await adoptLateSent(services.db, services.clock.now())
  return `${asked} coupons of ${stocks.length} stocks asked about, ${adopted} uses found to be ours`
}

async function walkStock(services: Services, stock: WalkedStock, signal: AbortSignal): Promise<number> {
  const merchant = await services.catalog.merchantById(stock.merchantId)
  if (!merchant) return 0
  let [asked, silent] = [0, 0]
  for (let seen = 0; seen < mostPerRun; seen += batchSize) {
    const batch = await nextCoupons(services.db, stock, services.clock.now(), batchSize)
    for (const { row, settledAt, isDue, ...coupon } of batch) {
      signal.throwIfAborted()
      if (isDue) {
        const { kind } = await askCoupon(services, merchant, coupon, patience)
        silent = kind === 'later' ? silent + 1 : 0
        if (silent === mostSilent) return asked
        asked += Number(kind === 'told')
      }
      // What brought no answer is asked again, unless what comes after it does.
      if (silent === 0) await saveWalk(services.db, stock, { settledAt, row })
    }
    if (batch.length < batchSize) break
  }
  return asked
}
