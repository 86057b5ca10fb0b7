import { sql } from 'kysely'
import { kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** What one stock may still promise, as this process knows it. */
type Left = {
  /** As counted, less what this process has promised since. */
  left: number
  /** Asked for and not decided yet. */
  undecided: number
  /** Monotonic milliseconds after which it is counted again. */
  goodUntil: number
  /** The sync that it rests on. */
  syncedAt: number
  /** It is being counted again at this moment, and serves meanwhile. */
  counting: boolean
}

/** By `stocks.id`: more stocks than are claimed from at a time, so that none goes while a claim holds coupons of it. */
const counts = kept<number, Promise<Left>>({ most: 10_000 })

/** The quickest that a stock is counted again; what other processes promise is seen this much later. */
const leastAgeMs = 2_000
const greatestAgeMs = 60_000
/** More than all processes together promise in a second: a stock with many left need not be counted often. */
const promisesPerSecond = 2_000
/** A count may take this part of the time, however large the stock is. */
const countingShare = 0.02

/** Coupons that a claim means to take; decided once, by what became of it. */
export type Hold = { decide(granted: boolean): void }

/**
 * Holds coupons for a claim, or says that a stock has none left to promise (undefined): its number at WeChat, less those
 * given by anybody until the last sync, less what our ledger gave since and owes. Never a count a claim: the numbers are
 * remembered, and this process's own promises taken off at once. WeChat's own NOT_ENOUGH stays the last word, so an error
 * here, a few coupons at most, gives none too many. Throws what the database throws.
 */
export async function holdStocks(
  services: Services,
  wanted: { stock: Stock; count: number }[],
): Promise<Hold | undefined> {
  const stocks = await Promise.all(
    wanted.map(async ({ stock, count }) => ({ left: await leftOf(services, stock), count })),
  )
  if (stocks.some(({ left, count }) => left.left - left.undecided < count)) return undefined
  for (const { left, count } of stocks) left.undecided += count
  return {
    decide(granted) {
      for (const { left, count } of stocks) {
        left.undecided -= count
        if (granted) left.left -= count
      }
    },
  }
}

/** Nobody waits for a count but the first to ask, and who comes first after a sync. */
async function leftOf(services: Services, stock: Stock): Promise<Left> {
  const left = await firstCount(services, stock)
  if (performance.now() >= left.goodUntil && !left.counting) void countAgain(services, stock, left)
  return left
}

function firstCount({ cache, db }: Services, stock: Stock): Promise<Left> {
  const before = cache.get(counts, stock.id)
  const isOfSync = (left: Left) => left.syncedAt === stock.synced_at.getTime()
  const now = before ? before.then((left) => (isOfSync(left) ? left : count(db, stock, left))) : count(db, stock)
  cache.set(counts, stock.id, now)
  now.catch(() => cache.get(counts, stock.id) === now && cache.forget(counts, stock.id))
  return now
}

async function countAgain({ db, log }: Services, stock: Stock, left: Left): Promise<void> {
  left.counting = true
  try {
    await count(db, stock, left)
  } catch (error) {
    left.goodUntil = performance.now() + leastAgeMs
    log.warn({ stock_id: stock.stock_id, error: (error as Error).message }, 'what is left of a stock was not counted')
  } finally {
    left.counting = false
  }
}

/** Counts no further than the stock goes; `before` is carried on, since claims still hold it. */
async function count(db: Db, stock: Stock, before?: Left): Promise<Left> {
  const begun = performance.now()
  const atSync = Math.max(0, stock.max_coupons - stock.distributed_coupons + stock.in_flight_at_sync)
  const { rows } = await sql<{ taken: number }>`
    select (select count(*) from (
        select from coupons where stock_ref = ${stock.id} and state <> 'refused' and settled_at >= ${stock.synced_at}
        limit ${atSync}) sent)
      + (select count(*) from (
        select from coupons where stock_ref = ${stock.id} and state <> 'refused' and settled_at is null
        limit ${atSync}) owed) as taken`.execute(db)
  const left = atSync - Number(rows[0]!.taken)
  const now = performance.now()
  const ageMs = Math.min(greatestAgeMs, Math.max(leastAgeMs, (left / promisesPerSecond) * 1_000))
  const fresh = {
    left,
    goodUntil: now + Math.max(ageMs, (now - begun) / countingShare),
    syncedAt: stock.synced_at.getTime(),
  }
  return Object.assign(before ?? { undecided: 0, counting: false }, fresh)
}
