import { type ExpressionBuilder, sql } from 'kysely'
import type { Db } from '../database.ts'
import type { Tables } from '../schema.ts'
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
export async function postpone(db: Db, owner: string, postponed: Postponed): Promise<void> {
  const { coupon, reason, dueAt, outcome, doubtful, at } = postponed
  const answer = {
    status: postponed.status ?? null,
    code: postponed.code ?? null,
    message: postponed.message ?? null,
    request_id: postponed.requestId ?? null,
  }
  await db.transaction().execute(async (trx) => {
    if (doubtful) await trx.updateTable('coupons').set({ doubtful }).where('id', '=', coupon.id).execute()
    await trx
      .updateTable('coupons')
      .set((eb) => ({
        reason,
        due_at: dueAt,
        attempts: eb('attempts', '+', 1),
        lease_owner: null,
        leased_until: null,
        last_status: answer.status,
        last_code: answer.code,
        last_message: answer.message,
        last_request_id: answer.request_id,
      }))
      .where('id', '=', coupon.id)
      .where('state', '=', 'reserved')
      .where(heldBy(owner))
      .execute()
    await trx
      .insertInto('attempts')
      .values({ coupon_row: coupon.id, at, outcome, ...answer })
      .execute()
  })
}

/** Frees a lease without an attempt: the stock is halted, or the account's pace has no room. */
export async function release(db: Db, owner: string, coupon: OwedCoupon, dueAt: Date, reason?: string): Promise<void> {
  await db
    .updateTable('coupons')
    .set((eb) => ({ due_at: dueAt, lease_owner: null, leased_until: null, reason: reason ?? eb.ref('reason') }))
    .where('id', '=', coupon.id)
    .where('state', '=', 'reserved')
    .where(heldBy(owner))
    .execute()
}

/** A lease that ran out may be another process's by now, in the middle of a send: that one is not ours to free. */
function heldBy(owner: string) {
  return (eb: ExpressionBuilder<Tables, 'coupons'>) => eb(sql`coalesce(lease_owner, ${owner})`, '=', owner)
}
