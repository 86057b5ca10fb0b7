import { findHoles } from '../../ledger/holes.ts'
import { kept } from '../../plumbing/cache.ts'
import type { Services } from '../../services.ts'

/** A scope with its highest held place; 0 when none is held. */
type Scope = { scope: string; limit: number; highest: number }

/** Whether a place came back is looked for this often at most: a scope of a million places costs some 0.3 s. */
const taken = kept<string, number>({ most: 1_000, ageMs: 30_000 })

/** More free places than this are not looked for. */
const freeAtMost = 1_000

/**
 * How many places of a scope are held. While the highest place is free, that is the highest one held; else the free
 * places below it, which refused and refunded coupons gave back, are taken off. So a list never calls a campaign full
 * that has a place, except for half a minute.
 */
export async function takenOf(
  { db, cache }: Pick<Services, 'db' | 'cache'>,
  merchantId: number,
  { scope, limit, highest }: Scope,
): Promise<number> {
  if (highest < limit) return highest
  return cache.read(taken, `${merchantId}/${scope}/${limit}`, async () => {
    const holes = await findHoles(db, { merchantId, scope, limit }, freeAtMost)
    const free = holes.reduce((places, { from, to }) => places + to - from + 1, 0)
    // Where the limit was lowered below what was given, the highest place is above it.
    return free === 0 ? highest : limit - free
  })
}
