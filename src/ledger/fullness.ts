import { LRUCache } from 'lru-cache'
import type { Db } from '../plumbing/storage/database.ts'
import { findHoles, highestPlace } from './holes.ts'
import type { Limit } from './limits/limits.ts'

/** The part of a limit that decides whether it is full. */
export type Wanted = Pick<Limit, 'scope' | 'limit' | 'take'>

/** A full scope counts as full for at least this time, so that many late events cost one query. */
const knownFullMs = 1_000
/** A query is repeated only after this many times its own duration. */
const restFactor = 20
/** More scopes than can be full at the same time. */
const mostKnown = 1_000

/**
 * Returns a function that asks the ledger whether a scope is full: true when fewer places are free than are wanted. It
 * looks for the first free places instead of counting all held ones. It rejects with what the database throws.
 */
export function openFullness(db: Db): (merchantId: number, wanted: Wanted) => Promise<boolean> {
  /** Until when each scope counts as full, in monotonic milliseconds. The time depends on how long the query took. */
  const knownFull = new LRUCache<string, number>({ max: mostKnown })
  return async (merchantId, wanted) => {
    const key = `${merchantId}/${wanted.scope}/${wanted.limit}`
    if ((knownFull.get(key) ?? 0) > performance.now()) return true
    const begun = performance.now()
    const { full } = await roomOf(db, merchantId, wanted)
    const took = performance.now() - begun
    if (full) knownFull.set(key, performance.now() + Math.max(knownFullMs, took * restFactor))
    return full
  }
}

/**
 * How much of a scope is held, as the ledger has it now. `taken`: exact once few places are left; before that it counts
 * places that were given back below the highest one too, so that nothing has to be counted.
 */
export async function roomOf(
  db: Db,
  merchantId: number,
  { scope, limit, take }: Wanted,
): Promise<{ taken: number; full: boolean }> {
  const highest = await highestPlace(db, merchantId, scope)
  if (limit - highest >= take) return { taken: highest, full: false }
  const holes = await findHoles(db, { merchantId, scope, limit }, take)
  const free = holes.reduce((places, { from, to }) => places + to - from + 1, 0)
  return { taken: limit - free, full: free < take }
}
