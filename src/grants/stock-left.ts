import { sql } from 'kysely'
import { kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** How many coupons of a stock can still be promised, as this process knows it. */
type Left = {
  /** The last count, less what this process has promised since. */
  left: number
  /** Coupons that claims have asked for and that are not decided yet. */
  undecided: number
  /** Monotonic milliseconds after which it is counted again. */
  goodUntil: number
  /** The sync that the count is based on. */
  syncedAt: number
  /** True while it is being counted again; until then this count is used. */
  counting: boolean
}

/**
 * By `stocks.id`. More stocks than are claimed from at the same time, so that no entry is dropped while a claim holds
 * coupons of it.
 */
const counts = kept<number, Promise<Left>>({ most: 10_000 })

/** A stock is counted again after this time at the earliest; what other processes promise is seen this much later. */
const leastAgeMs = 2_000
const greatestAgeMs = 60_000
/** More than all processes together promise per second: a stock with many left need not be counted often. */
const promisesPerSecond = 2_000
/** Counting may take at most this share of the time, however large the stock is. */
const countingShare = 0.02

/** Coupons that a claim wants to take. `decide` is called once, with whether they were granted. */
export type Hold = { decide(granted: boolean): void }

/**
 * Holds coupons for a claim, or returns undefined when a stock has too few left to promise. What is left is the stock's
 * size at WeChat, less all coupons given until the last sync, less what our ledger has sent since and still owes.
 * Claims do not count it each time: the number is remembered, and this process's own promises are subtracted at once.
 * It may be wrong by a few coupons, which cannot give too many, since WeChat answers NOT_ENOUGH. Throws what the
 * database throws.
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

/** True when a stock has too few coupons left for one more claim. Holds nothing. */
export async function isUsedUp(services: Services, wanted: { stock: Stock; count: number }[]): Promise<boolean> {
  const hold = await holdStocks(services, wanted)
  hold?.decide(false)
  return hold === undefined
}

/** How many coupons of a stock can still be promised; see `holdStocks`. */
export async function leftToPromise(services: Services, stock: Stock): Promise<number> {
  const { left, undecided } = await leftOf(services, stock)
  return Math.max(0, left - undecided)
}

/** Only the first claim, and the first one after a sync, waits for a count. */
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

/** Counts at most as many coupons as the stock has. `before` is updated in place, since claims still hold it. */
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
