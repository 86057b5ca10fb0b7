import { LRUCache } from 'lru-cache'
import type { Db } from '../plumbing/storage/database.ts'
import { findHoles, highestPlace } from './holes.ts'
import type { Limit } from './limits/limits.ts'

/** What of a limit decides whether it is full. */
export type Wanted = Pick<Limit, 'scope' | 'limit' | 'take'>

/** How long a full scope counts as full at least, so that a crowd of late events costs one look. */
const knownFullMs = 1_000
/** A long look is repeated only after so many times its own length. */
const restFactor = 20
/** More scopes than are full at once in a busy second. */
const mostKnown = 1_000

/**
 * Opens the look into the ledger whether a scope is full: true when every place is held, or too few are left for what is
 * wanted. Looks for the first free places instead of counting all that are held. Rejects with what the database throws.
 */
export function openFullness(db: Db): (merchantId: number, wanted: Wanted) => Promise<boolean> {
  /** Until when each scope counts as full, in monotonic milliseconds: for how long depends on how long the look took. */
  const knownFull = new LRUCache<string, number>({ max: mostKnown })
  return async (merchantId, wanted) => {
    const key = `${merchantId}/${wanted.scope}/${wanted.limit}`
    if ((knownFull.get(key) ?? 0) > performance.now()) return true
    const begun = performance.now()
    const full = !(await hasRoom(db, merchantId, wanted))
    const took = performance.now() - begun
    if (full) knownFull.set(key, performance.now() + Math.max(knownFullMs, took * restFactor))
    return full
  }
}

async function hasRoom(db: Db, merchantId: number, { scope, limit, take }: Wanted): Promise<boolean> {
  if (limit - (await highestPlace(db, merchantId, scope)) >= take) return true
  const holes = await findHoles(db, { merchantId, scope, limit }, take)
  return holes.reduce((places, { from, to }) => places + to - from + 1, 0) >= take
}
