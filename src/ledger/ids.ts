import { createHash, randomUUID } from 'node:crypto'

/** True for a text that can be a grant's id. With any other text, PostgreSQL would throw an error. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** A UUIDv7 (RFC 9562): its first 48 bits are the time in milliseconds, so that new rows sort last. */
export function timeOrderedId(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** Identifies one coupon: the member, the stock, and the coupon's number among the member's coupons of this stock. */
export type CouponPlace = {
  /** The merchant's slug, its Official Account's appid, and the sender's merchant number. */
  slug: string
  appid: string
  mchid: string
  stock: { stock_id: string; creator_mchid: string }
  openid: string
  /** The coupon's number under the stock's limit for this member, from 1. */
  place: number
  /** Above 0 when an operator gave the place another number, because WeChat kept refusing the previous one. */
  generation?: number
}

/**
 * Returns the `out_request_no` of a member's n-th coupon of a stock. It depends only on the arguments, not on what the
 * ledger remembers. So after a lost commit or a restored backup, WeChat finds the first coupon again instead of giving
 * a second one (docs/wechat/pay-v3.md 3.1: letters, digits, `|_*-`, at most 128; 3.2: one number, one coupon).
 */
export function outRequestNo({ slug, appid, mchid, stock, openid, place, generation = 0 }: CouponPlace): string {
  const named = JSON.stringify([slug, appid, stock.creator_mchid, stock.stock_id, openid, place, generation])
  return `${mchid}-${createHash('sha256').update(named).digest('hex').slice(0, 32)}`
}

/**
 * Returns the body that every attempt sends (docs/wechat/pay-v3.md 3.1: strings, never coupon_value or coupon_minimum).
 */
export function requestBody(place: CouponPlace): string {
  return JSON.stringify({
    stock_id: place.stock.stock_id,
    out_request_no: outRequestNo(place),
    appid: place.appid,
    stock_creator_mchid: place.stock.creator_mchid,
  })
}
