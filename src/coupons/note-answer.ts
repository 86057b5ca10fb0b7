import { sql } from 'kysely'
import { lockCoupons, lockPayments } from '../ledger/locks.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { UserCoupon } from '../wechat/pay/favor.ts'
import { recordRedemption } from './record-redemptions.ts'
import { settleReturns } from './returns.ts'

/**
 * Writes what WeChat answered about one coupon: its state and window, its use, and whether an earlier use is undone. Of
 * two answers the one that was asked for later stands.
 */
export async function noteAnswer(trx: Db, merchant: { id: number }, told: UserCoupon, askedAt: Date): Promise<void> {
  const transactionId = told.consume_information?.transaction_id
  const couponIds = [told.coupon_id]
  await lockPayments(trx, merchant.id, transactionId === undefined ? [] : [transactionId])
  await lockCoupons(trx, merchant.id, couponIds)
  await keepState(trx, merchant.id, told, askedAt)
  if (told.status === 'USED') await noteUse(trx, merchant, told, askedAt)
  await settleReturns(trx, merchant.id, { transactions: [], couponIds })
}

async function keepState(trx: Db, merchantId: number, told: UserCoupon, askedAt: Date): Promise<void> {
  await trx
    .insertInto('coupon_states')
    .values({
      merchant_id: merchantId,
      coupon_id: told.coupon_id,
      stock_id: told.stock_id,
      state: told.status,
      available_begin: told.available_begin_time ?? null,
      available_end: told.available_end_time ?? null,
      checked_at: askedAt,
      usable_at: told.status === 'SENDED' ? askedAt : null,
    })
    .onConflict((conflict) =>
      conflict.columns(['merchant_id', 'coupon_id']).doUpdateSet({
        state: newer('state'),
        available_begin: newer('available_begin'),
        available_end: newer('available_end'),
        checked_at: newer('checked_at'),
        usable_at: sql`greatest(excluded.usable_at, coupon_states.usable_at)`,
      }),
    )
    .execute()
}

/** Of the stored answer and this one, what the later one says; a time that it leaves out stays. */
function newer(column: 'state' | 'available_begin' | 'available_end' | 'checked_at') {
  const [before, now] = [sql.ref(`coupon_states.${column}`), sql.ref(`excluded.${column}`)]
  return sql<never>`case when excluded.checked_at >= coupon_states.checked_at
    then coalesce(${now}, ${before}) else coalesce(${before}, ${now}) end`
}

async function noteUse(trx: Db, merchant: { id: number }, told: UserCoupon, askedAt: Date): Promise<void> {
  const { consume_time, consume_mchid, transaction_id } = told.consume_information ?? {}
  await recordRedemption(trx, merchant, {
    source: 'query',
    couponId: told.coupon_id,
    stockId: told.stock_id,
    transactionId: transaction_id || undefined,
    amount: told.normal_coupon_information?.coupon_amount,
    usedAt: consume_time,
    consumeMchid: consume_mchid,
    toldAt: askedAt,
  })
}
