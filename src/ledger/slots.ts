import { LRUCache } from 'lru-cache'
import type { Db } from '../plumbing/storage/database.ts'
import { findHoles, highestPlace } from './holes.ts'
import type { Limit } from './limits/limits.ts'

/** How long a full scope counts as full at least, so that a crowd of late events costs one look. */
const knownFullMs = 1_000
/** A long look is repeated only after so many times its own length. */
const restFactor = 20

/** More scopes than are full at once in a busy second. */
const mostKnown = 1_000

const knownFull = new WeakMap<Db, LRUCache<string, number>>()

/**
 * True when the ledger itself holds every place of the scope, or too few are left for what is wanted. Looks for the
 * first free places instead of counting all that are held.
 */
export async function isFullInLedger(
  db: Db,
  merchantId: number,
  { scope, limit, take }: Pick<Limit, 'scope' | 'limit' | 'take'>,
): Promise<boolean> {
  const known = knownFull.get(db) ?? new LRUCache<string, number>({ max: mostKnown })
  knownFull.set(db, known)
  const key = `${merchantId}/${scope}/${limit}`
  if ((known.get(key) ?? 0) > performance.now()) return true
  const begun = performance.now()
  const full = !(await hasRoom(db, merchantId, { scope, limit, take }))
  const took = performance.now() - begun
  if (full) known.set(key, performance.now() + Math.max(knownFullMs, took * restFactor))
  return full
}

async function hasRoom(
  db: Db,
  merchantId: number,
  { scope, limit, take }: Pick<Limit, 'scope' | 'limit' | 'take'>,
): Promise<boolean> {
  if (limit - (await highestPlace(db, merchantId, scope)) >= take) return true
  const holes = await findHoles(db, { merchantId, scope, limit }, take)
  return holes.reduce((places, { from, to }) => places + to - from + 1, 0) >= take
}
