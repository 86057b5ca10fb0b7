import type { Db } from '../plumbing/storage/database.ts'
import { findHoles, highestPlace } from './holes.ts'
import type { Limit } from './limits/limits.ts'
import { noteOvershoot } from './overshoots.ts'

export type Taking = {
  merchantId: number
  grantId: string
  /** Of a stock's limit: the coupon that the place belongs to. */
  couponRow: string | null
  limit: Pick<Limit, 'scope' | 'limit' | 'level'>
  /** Takes this place if it is free, before looking for another. */
  wish?: number
}

/** The crowd proposes places too; a few conflicts with it are to be expected. */
const maxTries = 20

/**
 * Takes one free place of a scope past the gate, in the caller's transaction, and returns it: an operator's second try,
 * or a coupon that turned out to be sent. Undefined when the scope is full; nothing is written then.
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
 * Takes a place also where none is left: then above the limit, and the overshoot is noted. A wish is granted above the
 * limit as well, if the place is free.
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

/** A member's lowest, since the n-th coupon is to have the n-th place; of a campaign the next one, or a hole. */
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
