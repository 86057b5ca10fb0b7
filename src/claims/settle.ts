import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { prepared } from '../prepared.ts'
import type { OwedCoupon } from './coupon.ts'

export type Sent = { coupon: OwedCoupon; couponId: string; status: number; requestId?: string; at: Date }

/**
 * Writes coupons as sent, all in one commit. A coupon that somebody settled before stays as it is: the same number can
 * only ever have brought the same coupon.
 */
export async function settleSent(db: Db, sent: Sent[]): Promise<void[]> {
  const rows = sent.map(({ coupon, couponId, status, requestId, at }) => ({
    id: coupon.id,
    couponId,
    status,
    requestId,
    at,
  }))
  await sql`${sql.raw(prepared)}
    update coupons c set state = 'sent', coupon_id = s."couponId", reason = null, attempts = c.attempts + 1,
      lease_owner = null, leased_until = null, last_status = s.status, last_code = null, last_message = null,
      last_request_id = s."requestId", settled_at = s.at
    from json_to_recordset(${JSON.stringify(rows)}) as s (id uuid, "couponId" text, status integer, "requestId" text, at timestamptz)
    where c.id = s.id and c.state = 'reserved'`.execute(db)
  return sent.map(() => undefined)
}

export type Refused = {
  coupon: OwedCoupon
  reason: string
  status?: number
  code?: string
  message?: string
  requestId?: string
  /** True when the coupon may have been given all the same: its places stay taken. */
  keepSlots: boolean
  at: Date
}

export type GivenBack = { scope: string; number: number }

/**
 * Writes a coupon as refused and returns the places that became free: those of the coupon itself, and those of its
 * grant once nothing of it was or can be given.
 */
export function settleRefused(db: Db, refused: Refused): Promise<GivenBack[]> {
  const { coupon, reason, at } = refused
  return db.transaction().execute(async (trx) => {
    // Two coupons of one grant may be refused at once, by two workers: the grant's row decides who is last.
    await trx.selectFrom('grants').select('id').where('id', '=', coupon.grantId).forUpdate().execute()
    const { numUpdatedRows } = await trx
      .updateTable('coupons')
      .set((eb) => ({
        state: 'refused',
        reason,
        attempts: eb('attempts', '+', 1),
        // A refusal that is believed also answers the tries before it: nothing was sent.
        doubtful: refused.keepSlots,
        lease_owner: null,
        leased_until: null,
        last_status: refused.status ?? null,
        last_code: refused.code ?? null,
        last_message: refused.message ?? null,
        last_request_id: refused.requestId ?? null,
        settled_at: at,
      }))
      .where('id', '=', coupon.id)
      .where('state', '=', 'reserved')
      .executeTakeFirst()
    if (numUpdatedRows === 0n || refused.keepSlots) return []
    return giveSlotsBack(trx, coupon.grantId, [coupon.id])
  })
}

/** Deletes the slots of refused coupons, and the grant's own when no coupon of it is owed, sent or in doubt. */
export async function giveSlotsBack(trx: Db, grantId: string, couponRows: string[]): Promise<GivenBack[]> {
  const alive = await trx
    .selectFrom('coupons')
    .select('id')
    .where('grant_id', '=', grantId)
    .where((eb) => eb.or([eb('state', '!=', 'refused'), eb('doubtful', '=', true)]))
    .executeTakeFirst()
  return trx
    .deleteFrom('slots')
    .where('grant_id', '=', grantId)
    .where((eb) =>
      alive
        ? eb('coupon_row', 'in', couponRows)
        : eb.or([eb('coupon_row', 'is', null), eb('coupon_row', 'in', couponRows)]),
    )
    .returning(['scope', 'number'])
    .execute()
}
