import { createHash, randomUUID } from 'node:crypto'

/** True for what PostgreSQL takes as the id of a grant; anything else in its place would be an error there. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
}

/** A UUIDv7 (RFC 9562): its first 48 bits are the time in milliseconds, so that new rows sort last. */
export function timeOrderedId(at: Date): string {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** Whose n-th coupon of what. */
export type CouponPlace = {
  /** Of our merchant, its Official Account, and the number that sends. */
  slug: string
  appid: string
  mchid: string
  stock: { stock_id: string; creator_mchid: string }
  openid: string
  /** The coupon's number under the stock's limit for this member, from 1. */
  place: number
  /** Above 0 where an operator gave the place another number: WeChat kept refusing the one before. */
  generation?: number
}

/**
 * The sender's number of the n-th coupon of a stock for a member: the same for ever, whatever our ledger remembers. A
 * lost commit or a restored backup therefore meets the first coupon again instead of sending a second one
 * (docs/wechat/pay-v3.md 3.1: letters, digits, `|_*-`, at most 128; 3.2: one number, one coupon).
 */
export function outRequestNo({ slug, appid, mchid, stock, openid, place, generation = 0 }: CouponPlace): string {
  const named = JSON.stringify([slug, appid, stock.creator_mchid, stock.stock_id, openid, place, generation])
  return `${mchid}-${createHash('sha256').update(named).digest('hex').slice(0, 32)}`
}

/**
 * The body of every attempt, written once (docs/wechat/pay-v3.md 3.1: strings, never coupon_value or coupon_minimum).
 */
export function requestBody(place: CouponPlace): string {
  return JSON.stringify({
    stock_id: place.stock.stock_id,
    out_request_no: outRequestNo(place),
    appid: place.appid,
    stock_creator_mchid: place.stock.creator_mchid,
  })
}
