import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { prepared } from '../plumbing/storage/prepared.ts'
import { sqlStateOf, uniqueViolation } from '../plumbing/storage/sqlstates.ts'
import type { OwedCoupon } from './coupon.ts'
import { giveSlotsBack } from './give-back.ts'
import type { GivenBack } from './overshoots.ts'
import { holdCampaignOf, lockGrant } from './locks.ts'

export type Sent = { coupon: OwedCoupon; couponId: string; status: number; requestId?: string; at: Date }

export type Settled =
  | 'written'
  /** The row was settled before: as sent, or as refused, and then "sent" wins (late-sent.ts). */
  | 'settled_before'
  /** Another row of ours already has this `coupon_id`. */
  | 'of_another_row'

/**
 * Writes coupons as sent in one commit; returns the results in the same order. It needs no lease: a sent coupon is
 * sent, even when another process holds a newer lease.
 */
export async function settleSent(db: Db, sent: Sent[]): Promise<Settled[]> {
  const rows = sent.map(({ coupon, couponId, status, requestId, at }) => ({
    id: coupon.id,
    couponId,
    status,
    requestId,
    at,
  }))
  try {
    const { rows: written } = await sql<{ id: string }>`${sql.raw(prepared)}
      update coupons c set state = 'sent', coupon_id = s."couponId", reason = null, attempts = c.attempts + 1,
        doubt_since = null, set_aside = false, lease_token = null, leased_until = null, last_status = s.status,
        last_code = null, last_message = null, last_request_id = s."requestId", settled_at = s.at
      from json_to_recordset(${JSON.stringify(rows)}) as s (id uuid, "couponId" text, status integer, "requestId" text, at timestamptz)
      where c.id = s.id and c.state = 'reserved'
      returning c.id`.execute(db)
    const ids = new Set(written.map((row) => row.id))
    return sent.map(({ coupon }) => (ids.has(coupon.id) ? 'written' : 'settled_before'))
  } catch (error) {
    if (sqlStateOf(error) !== uniqueViolation) throw error
    if (sent.length > 1) return (await Promise.all(sent.map((one) => settleSent(db, [one])))).flat()
    return ['of_another_row']
  }
}

export type Refused = {
  coupon: OwedCoupon
  reason: string
  status?: number
  code?: string
  message?: string
  requestId?: string
  at: Date
}

/**
 * Writes a coupon as refused and returns the places that became free: the coupon's own, and the grant's too when none
 * of its coupons was sent or can still be sent. Returns undefined and writes nothing when the coupon is in doubt by now
 * or another process holds it: our answer says nothing about that other try.
 */
export function settleRefused(db: Db, refused: Refused): Promise<GivenBack[] | undefined> {
  const { coupon, reason, at } = refused
  return db.transaction().execute(async (trx) => {
    await holdCampaignOf(trx, coupon.grantId)
    // Two workers may refuse two coupons of one grant at the same time: the lock on the grant decides which one is
    // last.
    await lockGrant(trx, coupon.grantId)
    const { numUpdatedRows } = await trx
      .updateTable('coupons')
      .set((eb) => ({
        state: 'refused',
        reason,
        attempts: eb('attempts', '+', 1),
        lease_token: null,
        leased_until: null,
        last_status: refused.status ?? null,
        last_code: refused.code ?? null,
        last_message: refused.message ?? null,
        last_request_id: refused.requestId ?? null,
        settled_at: at,
      }))
      .where('id', '=', coupon.id)
      .where('lease_token', '=', coupon.lease.token)
      .where('doubt_since', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 0n ? undefined : giveSlotsBack(trx, coupon, [coupon.id])
  })
}
