import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { OwedCoupon } from './coupon.ts'

export type Postponed = {
  coupon: OwedCoupon
  /** Why it is still owed: a name from the outcome table. */
  reason: string
  /** null: it is not tried again automatically; it is set aside for an operator. */
  dueAt: Date | null
  outcome: string
  /** True when this attempt may have reached WeChat and been carried out. */
  doubtful: boolean
  status?: number
  code?: string
  message?: string
  requestId?: string
  at: Date
}

/**
 * Handles an attempt that did not settle the coupon: records it as evidence, frees the lease, and makes the coupon due
 * later. Doubt is written even when another process holds the row by now.
 */
export async function postpone(db: Db, postponed: Postponed): Promise<void> {
  const { coupon, reason, dueAt, outcome, doubtful, at } = postponed
  const answer = {
    status: postponed.status ?? null,
    code: postponed.code ?? null,
    message: postponed.message ?? null,
    request_id: postponed.requestId ?? null,
  }
  await db.transaction().execute(async (trx) => {
    if (doubtful) {
      await sql`
        update coupons set doubt_since = coalesce(doubt_since, ${at})
        where id = ${coupon.id} and state = 'reserved'`.execute(trx)
    }
    await trx
      .updateTable('coupons')
      .set((eb) => ({
        reason,
        due_at: dueAt ?? eb.ref('due_at'),
        set_aside: dueAt === null,
        attempts: eb('attempts', '+', 1),
        lease_token: null,
        leased_until: null,
        last_status: answer.status,
        last_code: answer.code,
        last_message: answer.message,
        last_request_id: answer.request_id,
      }))
      .where('id', '=', coupon.id)
      .where('lease_token', '=', coupon.lease.token)
      .execute()
    await trx
      .insertInto('attempts')
      .values({ coupon_row: coupon.id, at, outcome, ...answer })
      .execute()
  })
}

/**
 * Frees a lease without an attempt, because the stock is halted or the account's pace gave no turn. It causes no doubt.
 * Without `dueAt` the coupon keeps its due time: a halt closes the whole lane, so the coupons that wait under it need
 * not be changed when it is lifted.
 */
export async function release(db: Db, coupon: OwedCoupon, dueAt: Date | null, reason?: string): Promise<void> {
  await db
    .updateTable('coupons')
    .set((eb) => ({
      due_at: dueAt ?? eb.ref('due_at'),
      lease_token: null,
      leased_until: null,
      reason: reason ?? eb.ref('reason'),
    }))
    .where('id', '=', coupon.id)
    .where('lease_token', '=', coupon.lease.token)
    .execute()
}

/**
 * Ends the doubt: a look-up at WeChat after a day showed that the coupon did not arrive. From now on the next answer
 * about its number is believed.
 */
export async function endDoubt(db: Db, coupon: OwedCoupon, at: Date): Promise<void> {
  await db
    .updateTable('coupons')
    .set({ doubt_since: null, doubt_ended_at: at })
    .where('id', '=', coupon.id)
    .where('lease_token', '=', coupon.lease.token)
    .execute()
}
