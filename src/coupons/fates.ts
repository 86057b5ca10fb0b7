import type { Selectable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { CouponStatesTable, RedemptionsTable } from '../plumbing/storage/schema.ts'

export type Use = Pick<
  Selectable<RedemptionsTable>,
  | 'transaction_id'
  | 'out_trade_no'
  | 'amount'
  | 'used_at'
  | 'source'
  | 'told_at'
  | 'consume_mchid'
  | 'returned_at'
  | 'returned_source'
>

export type Answer = Pick<Selectable<CouponStatesTable>, 'state' | 'available_end' | 'checked_at'>

/** What is known of a coupon after it was sent: its uses, oldest first, and WeChat's last answer about it. */
export type Fate = { uses: Use[]; answer: Answer | undefined }

/** What became of coupons of a merchant, by WeChat's number; a coupon of which nothing is known has an empty fate. */
export async function readFates(db: Db, merchantId: number, couponIds: string[]): Promise<(couponId: string) => Fate> {
  if (couponIds.length === 0) return () => ({ uses: [], answer: undefined })
  const [uses, answers] = await Promise.all([usesOf(db, merchantId, couponIds), answersOf(db, merchantId, couponIds)])
  return (couponId) => ({
    uses: uses.filter((use) => use.coupon_id === couponId),
    answer: answers.find((answer) => answer.coupon_id === couponId),
  })
}

function usesOf(db: Db, merchantId: number, couponIds: string[]) {
  return db
    .selectFrom('redemptions')
    .select(['coupon_id', 'transaction_id', 'out_trade_no', 'amount', 'used_at', 'source', 'told_at', 'consume_mchid'])
    .select(['returned_at', 'returned_source'])
    .where('merchant_id', '=', merchantId)
    .where('coupon_id', 'in', couponIds)
    .orderBy((eb) => eb.fn.coalesce('used_at', 'told_at'))
    .orderBy('id')
    .execute()
}

function answersOf(db: Db, merchantId: number, couponIds: string[]) {
  return db
    .selectFrom('coupon_states')
    .select(['coupon_id', 'state', 'available_end', 'checked_at'])
    .where('merchant_id', '=', merchantId)
    .where('coupon_id', 'in', couponIds)
    .execute()
}
