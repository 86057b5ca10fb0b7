import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** What may report a use: COUPON.USE, the promotions of a payment, a query of the coupon, the stock's use flow. */
export type RedemptionSource = 'notice' | 'payment' | 'query' | 'flow'

/** What may report that a used coupon is usable again: the order's full refund, the refund flow, a query. */
export type ReturnSource = 'refund' | 'flow' | 'query'

/**
 * One use of one coupon in one order; a coupon may be used again after its order was refunded. What the first source
 * did not know is null until another source says it. Written by src/coupons only.
 */
export type RedemptionsTable = {
  id: Generated<number>
  merchant_id: number
  /** WeChat's number of the stock, which is one of this merchant's. */
  stock_id: string
  coupon_id: string
  /** Null until a source names the order. */
  transaction_id: string | null
  /** Our coupon (coupons.id); null: another number has sent it, or it is not known yet that we did. */
  coupon_row: string | null
  out_trade_no: string | null
  /** fen that the coupon took off */
  amount: number | null
  /** fen of the whole order */
  order_total: number | null
  used_at: Time | null
  /** The number that received the money. */
  consume_mchid: string | null
  /** What reported it first. */
  source: RedemptionSource
  /** When that arrived here. */
  told_at: Time
  /** Since when the coupon may be usable again; null: no source says so. */
  returned_at: Time | null
  returned_source: ReturnSource | null
  created_at: Generated<Time>
}

/** What WeChat said of a coupon when it was last asked about it. */
export type CouponStatesTable = {
  merchant_id: number
  coupon_id: string
  stock_id: string
  /** SENDED, USED, EXPIRED, or another word of WeChat's. */
  state: string
  available_begin: Time | null
  available_end: Time | null
  /** When it was asked. */
  checked_at: Time
  /** When it was last asked and said that the coupon can be used. */
  usable_at: Time | null
}

/** How far the sent coupons of a stock have been asked about, in the order of `settled_at` and id. */
export type CouponWalksTable = {
  stock_ref: number
  round: 'before_end' | 'after_end'
  settled_at: Time
  coupon_row: string
}
