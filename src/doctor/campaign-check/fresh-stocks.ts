import { syncStock } from '../../stocks/sync.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { Unusable } from '../../plumbing/unusable.ts'
import { TooLate, within } from '../../plumbing/within.ts'
import type { Checked } from './checked.ts'

/** What is older is read from WeChat before a check; the job reads it every five minutes. */
const freshMs = 2 * 60_000
/** A page waits no longer; the check then goes by what is stored, and says how old that is. */
const patienceMs = 4_000

/** Reads the campaign's stocks from WeChat where what is stored is old. True when one was read or could not be. */
export async function freshenStocks({ services, merchant, offers, now }: Checked): Promise<boolean> {
  const old = offers.map(({ stock }) => stock).filter((stock) => isOld(stock, now))
  const all = old.map((stock) => syncStock(services, merchant, stock, { lifts: 'of_state' }).catch(unlessUnusable))
  await within(patienceMs, Promise.all(all)).catch((error: unknown) => {
    if (!(error instanceof TooLate)) throw error
  })
  return old.length > 0
}

/** One that could not be read is tried again when its next sync is due. */
function isOld({ synced_at, sync_failures, sync_due_at }: Stock, now: Date): boolean {
  const age = now.getTime() - synced_at.getTime()
  return age > freshMs && (sync_failures === 0 || sync_due_at <= now)
}

function unlessUnusable(error: unknown): void {
  if (!(error instanceof Unusable)) throw error
}
