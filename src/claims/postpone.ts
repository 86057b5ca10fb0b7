import type { Db } from '../database.ts'
import type { OwedCoupon } from './coupon.ts'

export type Postponed = {
  coupon: OwedCoupon
  /** Why it is still owed: a word of the outcome table. */
  reason: string
  dueAt: Date
  outcome: string
  /** True when this attempt may have reached WeChat and been carried out. */
  doubtful: boolean
  status?: number
  code?: string
  message?: string
  requestId?: string
  at: Date
}

/** After an attempt that settled nothing: keeps its evidence, frees the lease, and makes the coupon due later. */
export async function postpone(db: Db, postponed: Postponed): Promise<void> {
  const { coupon, reason, dueAt, outcome, doubtful, at } = postponed
  const answer = {
    status: postponed.status ?? null,
    code: postponed.code ?? null,
    message: postponed.message ?? null,
    request_id: postponed.requestId ?? null,
  }
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('coupons')
      .set((eb) => ({
        reason,
        due_at: dueAt,
        attempts: eb('attempts', '+', 1),
        doubtful: doubtful ? true : eb.ref('doubtful'),
        lease_owner: null,
        leased_until: null,
        last_status: answer.status,
        last_code: answer.code,
        last_message: answer.message,
        last_request_id: answer.request_id,
      }))
      .where('id', '=', coupon.id)
      .where('state', '=', 'reserved')
      .execute()
    await trx
      .insertInto('attempts')
      .values({ coupon_row: coupon.id, at, outcome, ...answer })
      .execute()
  })
}

/** Frees a lease without an attempt: the stock is halted, or the account's pace has no room. */
export async function release(db: Db, coupon: OwedCoupon, dueAt: Date, reason?: string): Promise<void> {
  await db
    .updateTable('coupons')
    .set((eb) => ({ due_at: dueAt, lease_owner: null, leased_until: null, reason: reason ?? eb.ref('reason') }))
    .where('id', '=', coupon.id)
    .where('state', '=', 'reserved')
    .execute()
}
