import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** WeChat's answers may lag behind a use by seconds; what it says sooner after a use proves nothing about it. */
export const lagMs = 5 * 60_000

/**
 * Brings up to date which uses are undone, from everything that is known of their orders and coupons, in whatever order
 * it arrived. An order that was refunded in full may make its coupon usable again (docs/wechat/pay-v3.md 2.8); a part
 * never does. What WeChat said of the coupon itself, and what its refund flow said, stands.
 */
export async function settleReturns(
  trx: Db,
  merchantId: number,
  about: { transactions: string[]; couponIds: string[] },
): Promise<void> {
  if (await areKnown(trx, merchantId, about.transactions)) {
    await fillFromPayments(trx, merchantId, about.transactions)
    await settleRefunds(trx, merchantId, about.transactions)
  }
  if (about.couponIds.length > 0) await settleByAnswers(trx, merchantId, about.couponIds)
}

/** In most orders no coupon is used: those cost one look at an index. */
async function areKnown(trx: Db, merchantId: number, transactions: string[]): Promise<boolean> {
  if (transactions.length === 0) return false
  const use = await trx
    .selectFrom('redemptions')
    .select('id')
    .where('merchant_id', '=', merchantId)
    .where('transaction_id', 'in', transactions)
    .limit(1)
    .executeTakeFirst()
  return use !== undefined
}

/** The order's own number and its total, where only the payment has them. */
async function fillFromPayments(trx: Db, merchantId: number, transactions: string[]): Promise<void> {
  await sql`
    update redemptions r
    set out_trade_no = coalesce(r.out_trade_no, p.out_trade_no), order_total = coalesce(r.order_total, p.total),
      used_at = coalesce(r.used_at, p.paid_at)
    from payments p
    where r.merchant_id = ${merchantId} and r.transaction_id = any(${transactions})
      and p.merchant_id = r.merchant_id and p.transaction_id = r.transaction_id
      and (r.out_trade_no is null or r.order_total is null or r.used_at is null)`.execute(trx)
}

async function settleRefunds(trx: Db, merchantId: number, transactions: string[]): Promise<void> {
  await sql`
    with refunded as (
      select transaction_id, sum(refund) as refund, max(refunded_at) as at from refunds
      where merchant_id = ${merchantId} and transaction_id = any(${transactions}) group by transaction_id
    ), judged as (
      select r.id, case when f.refund >= r.order_total then f.at end as at
      from redemptions r left join refunded f on f.transaction_id = r.transaction_id
      where r.merchant_id = ${merchantId} and r.transaction_id = any(${transactions})
        and (r.returned_source is null or r.returned_source = 'refund')
    )
    update redemptions r set returned_at = j.at, returned_source = case when j.at is not null then 'refund' end
    from judged j where r.id = j.id and r.returned_at is distinct from j.at`.execute(trx)
}

async function settleByAnswers(trx: Db, merchantId: number, couponIds: string[]): Promise<void> {
  // The time of a use may become known later than the answer that seemed to come after it.
  await sql`
    update redemptions r set returned_at = null, returned_source = null
    where r.merchant_id = ${merchantId} and r.coupon_id = any(${couponIds}) and r.returned_source = 'query'
      and r.returned_at <= r.used_at + ${lagMs} * interval '1 millisecond'`.execute(trx)
  await sql`
    update redemptions r set returned_at = s.usable_at, returned_source = 'query'
    from coupon_states s
    where r.merchant_id = ${merchantId} and r.coupon_id = any(${couponIds}) and r.returned_at is null
      and s.merchant_id = r.merchant_id and s.coupon_id = r.coupon_id
      and s.usable_at > coalesce(r.used_at, r.told_at) + ${lagMs} * interval '1 millisecond'`.execute(trx)
}
