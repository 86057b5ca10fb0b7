import { type Selectable, sql } from 'kysely'
import { kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { HaltsTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'

/** A halt of a stock or of a whole account (`stock_ref` null): nothing is sent from it until its cause is gone. */
export type Halt = Selectable<HaltsTable>

/** What keeps coupons from being sent, as this process knows it. */
export type Obstacles = {
  halts: Halt[]
  /** Lanes (`laneOf`) in which a member got an answer that may still lead to a halt. */
  suspected: Set<string>
}

/** A lane: the coupons of one stock that one account sends. */
export type LaneName = { accountId: number; stockRef: number }
export const laneOf = ({ accountId, stockRef }: LaneName) => `${accountId}/${stockRef}`

/** A halt raised by another process is obeyed after this time; until then sends only get the same answer again. */
const maxAgeMs = 1_000
const known = kept<'all', Obstacles>({ most: 1, ageMs: maxAgeMs })

/** Every send needs them, so the few rows are read once per second. Rejects with what the database throws. */
export function readObstacles({ cache, db }: Services): Promise<Obstacles> {
  return cache.read(known, 'all', () => read(db))
}

/** The next read asks the database. Called after every change to a halt. */
export function forgetObstacles({ cache }: Services): void {
  cache.forget(known, 'all')
}

/**
 * Makes the next read ask the database if a remembered halt closes the lane of one of these coupons. They were leased
 * just now, so no halt was active on their lanes: another process has lifted it.
 */
export function forgetLifted({ cache }: Services, coupons: LaneName[]): void {
  const obstacles = cache.get(known, 'all')
  if (obstacles && coupons.some((coupon) => haltOn(obstacles, coupon))) cache.forget(known, 'all')
}

/** Returns the halt that closes a lane; the account's halt comes before the stock's. */
export function haltOn({ halts }: Obstacles, { accountId, stockRef }: LaneName): Halt | undefined {
  return halts.find((halt) => halt.account_id === accountId && (halt.stock_ref === null || halt.stock_ref === stockRef))
}

async function read(db: Db): Promise<Obstacles> {
  const [halts, lanes] = await Promise.all([
    db
      .selectFrom('halts')
      .selectAll()
      .where('lifted_at', 'is', null)
      .orderBy(sql`stock_ref nulls first`)
      .execute(),
    db.selectFrom('suspicions').select(['account_id', 'stock_ref']).distinct().execute(),
  ])
  const suspected = new Set(lanes.map((row) => laneOf({ accountId: row.account_id, stockRef: row.stock_ref })))
  return { halts, suspected }
}
