import { type Selectable, sql } from 'kysely'
import { kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { HaltsTable } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'

/** A stock, or a whole account (`stock_ref` null), that must not be sent from until its cause is gone. */
export type Halt = Selectable<HaltsTable>

/** What stands in the way of sending, as this process knows it. */
export type Obstacles = {
  halts: Halt[]
  /** Lanes (`laneOf`) of which somebody has met an answer that may yet halt them. */
  suspected: Set<string>
}

/** A lane: what one account sends of one stock. */
export type LaneName = { accountId: number; stockRef: number }
export const laneOf = ({ accountId, stockRef }: LaneName) => `${accountId}/${stockRef}`

/** A halt raised by another process is obeyed after this; until then a send only meets the same answer again. */
const maxAgeMs = 1_000
const known = kept<'all', Obstacles>({ most: 1, ageMs: maxAgeMs })

/** Every send asks, so the few rows are read once a second. Rejects with what the database throws. */
export function readObstacles({ cache, db }: Services): Promise<Obstacles> {
  return cache.read(known, 'all', () => read(db))
}

/** Reads anew from now on; whoever changes a halt calls it. */
export function forgetObstacles({ cache }: Services): void {
  cache.forget(known, 'all')
}

/**
 * Reads anew when a halt is remembered that closes the lane of one of these coupons, which were leased just now and so
 * under none: it was lifted by another process.
 */
export function forgetLifted({ cache }: Services, coupons: LaneName[]): void {
  const obstacles = cache.get(known, 'all')
  if (obstacles && coupons.some((coupon) => haltOn(obstacles, coupon))) cache.forget(known, 'all')
}

/** The halt that closes a lane; the account's own before the stock's. */
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
