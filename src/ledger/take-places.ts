import type { Db } from '../plumbing/storage/database.ts'
import { findHoles, highestPlace } from './holes.ts'
import type { Limit } from './limits/limits.ts'
import { noteOvershoot } from './overshoots.ts'

export type Taking = {
  merchantId: number
  grantId: string
  /** Under a stock's limit: the coupon that the place belongs to. Otherwise null. */
  couponRow: string | null
  limit: Pick<Limit, 'scope' | 'limit' | 'level'>
  /** This place is taken if it is free; otherwise another one. */
  wish?: number
}

/** Claims take places at the same time, so a few conflicts are expected. */
const maxTries = 20

/**
 * Takes one free place of a scope without asking the gate, in the caller's transaction, and returns it. Used for an
 * operator's second try, and for a coupon that turned out to be sent. Returns undefined and writes nothing when the
 * scope is full.
 */
export async function takePlace(trx: Db, taking: Taking): Promise<number | undefined> {
  const { limit, wish } = taking
  if (wish !== undefined && wish <= limit.limit && (await insertSlot(trx, taking, wish))) return wish
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const number = await freePlace(trx, taking)
    if (number === undefined) return undefined
    if (await insertSlot(trx, taking, number)) return number
  }
  throw new Error(`no place of ${limit.scope} could be taken in ${maxTries} tries`)
}

/**
 * Takes a place even when none is left: then it is above the limit, and the overshoot is recorded. A wished place above
 * the limit is taken too, if it is free.
 */
export async function takePlaceOrOvershoot(trx: Db, taking: Taking): Promise<{ place: number; over: boolean }> {
  const { merchantId, limit, wish } = taking
  if (wish !== undefined && wish > limit.limit && (await insertSlot(trx, taking, wish))) {
    await noteOvershoot(trx, { merchantId, scope: limit.scope, allowed: limit.limit })
    return { place: wish, over: true }
  }
  const place = await takePlace(trx, taking)
  if (place !== undefined) return { place, over: false }
  for (let attempt = 0; attempt < maxTries; attempt += 1) {
    const above = Math.max(limit.limit, await highestPlace(trx, merchantId, limit.scope)) + 1
    if (!(await insertSlot(trx, taking, above))) continue
    await noteOvershoot(trx, { merchantId, scope: limit.scope, allowed: limit.limit })
    return { place: above, over: true }
  }
  throw new Error(`no place above ${limit.scope} could be taken in ${maxTries} tries`)
}

/**
 * For a member the lowest free place, since the n-th coupon must have the n-th place. For a campaign the place above
 * the highest held one, or else a hole.
 */
async function freePlace(trx: Db, { merchantId, limit: { scope, limit, level } }: Taking): Promise<number | undefined> {
  if (level === 'campaign') {
    const next = (await highestPlace(trx, merchantId, scope)) + 1
    if (next <= limit) return next
  }
  const [hole] = await findHoles(trx, { merchantId, scope, limit }, 1)
  return hole?.from
}

async function insertSlot(trx: Db, taking: Taking, number: number): Promise<boolean> {
  const { merchantId, grantId, couponRow, limit } = taking
  const inserted = await trx
    .insertInto('slots')
    .values({ merchant_id: merchantId, scope: limit.scope, number, grant_id: grantId, coupon_row: couponRow })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'scope', 'number']).doNothing())
    .returning('number')
    .executeTakeFirst()
  return inserted !== undefined
}
