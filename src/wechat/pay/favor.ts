import { z } from 'zod'
import { favor } from './favor-path.ts'
import { readReply } from './read-reply.ts'
import { flag, listOf, maybe, text, time, whole } from './tolerant.ts'
import type { PayClient, PayReply } from './types.ts'

const sentSchema = z.object({ coupon_id: text.pipe(z.string().min(1)) })

export type SentCoupon = z.infer<typeof sentSchema>

/**
 * Sends one coupon (docs/wechat/pay-v3.md 3). `body` is the stored request, byte for byte the same on every attempt:
 * because of its `out_request_no` a repeat returns the same coupon.
 */
export async function sendCoupon(
  client: PayClient,
  coupon: { openid: string; body: string; timeoutMs?: number; backup?: boolean },
): Promise<PayReply<SentCoupon>> {
  const { openid, body, timeoutMs, backup } = coupon
  const path = `${favor}/users/${encodeURIComponent(openid)}/coupons`
  return readReply(await client.call({ method: 'POST', path, body, timeoutMs, backup }), sentSchema)
}

const normalCouponSchema = z.object({ coupon_amount: whole, transaction_minimum: whole })

const stockSchema = z.object({
  stock_id: text,
  stock_creator_mchid: text,
  stock_name: text,
  description: maybe(text),
  /** `unactivated`, `audit`, `running`, `stoped` (WeChat's spelling; final) or `paused`. */
  status: z.string(),
  create_time: maybe(time),
  start_time: maybe(time),
  stop_time: maybe(time),
  available_begin_time: time,
  available_end_time: time,
  stock_use_rule: maybe(
    z.object({
      max_coupons: maybe(whole),
      max_amount: maybe(whole),
      max_amount_by_day: maybe(whole),
      fixed_normal_coupon: maybe(normalCouponSchema),
      max_coupons_per_user: maybe(whole),
      coupon_type: maybe(text),
      goods_tag: listOf(text),
      trade_type: listOf(text),
      combine_use: maybe(flag),
    }),
  ),
  distributed_coupons: maybe(whole),
  no_cash: maybe(flag),
  singleitem: maybe(flag),
  /** `NORMAL` can be sent; `DISCOUNT_CUT` (立减与折扣) and others cannot. */
  stock_type: maybe(text),
  business_type: maybe(text),
})

export type StockDetail = z.infer<typeof stockSchema>

/**
 * A stock's detail, which its creator and its senders may read (docs/wechat/pay-v3.md 2.7). Also a check of the keys
 * that sends nothing.
 */
export async function readStock(
  client: PayClient,
  stock: { stockId: string; creatorMchid: string; timeoutMs?: number },
): Promise<PayReply<StockDetail>> {
  const query = new URLSearchParams({ stock_creator_mchid: stock.creatorMchid })
  const path = `${favor}/stocks/${encodeURIComponent(stock.stockId)}?${query.toString()}`
  return readReply(await client.call({ method: 'GET', path, timeoutMs: stock.timeoutMs }), stockSchema)
}

export const userCouponSchema = z.object({
  stock_creator_mchid: text,
  stock_id: text,
  coupon_id: text,
  coupon_name: maybe(text),
  description: maybe(text),
  /** `SENDED`, `USED`, `EXPIRED`; WeChat may add words. */
  status: z.string(),
  create_time: maybe(time),
  coupon_type: maybe(text),
  no_cash: maybe(flag),
  singleitem: maybe(flag),
  available_begin_time: maybe(time),
  available_end_time: maybe(time),
  normal_coupon_information: maybe(normalCouponSchema),
  consume_information: maybe(
    z.object({ consume_time: maybe(time), consume_mchid: maybe(text), transaction_id: maybe(text) }),
  ),
})

export type UserCoupon = z.infer<typeof userCouponSchema>

/** One coupon of a member. `appid` must be bound to the calling merchant number (docs/wechat/pay-v3.md 2.8). */
export async function readUserCoupon(
  client: PayClient,
  coupon: { openid: string; couponId: string; appid: string; timeoutMs?: number },
): Promise<PayReply<UserCoupon>> {
  const query = new URLSearchParams({ appid: coupon.appid })
  const path = `${favor}/users/${encodeURIComponent(coupon.openid)}/coupons/${encodeURIComponent(coupon.couponId)}`
  const reply = await client.call({ method: 'GET', path: `${path}?${query.toString()}`, timeoutMs: coupon.timeoutMs })
  return readReply(reply, userCouponSchema)
}

const userCouponsSchema = z.object({
  total_count: maybe(whole),
  limit: maybe(whole),
  offset: maybe(whole),
  data: listOf(userCouponSchema),
})

export type UserCouponPage = z.infer<typeof userCouponsSchema>

/**
 * A page of the coupons that a member has from one creator, without expired ones (docs/wechat/pay-v3.md 2.11). `offset`
 * counts pages; `status` USED returns usable and used ones.
 */
export async function listUserCoupons(
  client: PayClient,
  of: {
    openid: string
    appid: string
    creatorMchid: string
    stockId?: string
    status?: 'SENDED' | 'USED'
    offset?: number
    timeoutMs?: number
  },
): Promise<PayReply<UserCouponPage>> {
  const query = new URLSearchParams({ appid: of.appid, creator_mchid: of.creatorMchid })
  if (of.stockId !== undefined) query.set('stock_id', of.stockId)
  if (of.status !== undefined) query.set('status', of.status)
  if (of.offset !== undefined) query.set('offset', String(of.offset))
  const path = `${favor}/users/${encodeURIComponent(of.openid)}/coupons?${query.toString()}`
  return readReply(await client.call({ method: 'GET', path, timeoutMs: of.timeoutMs }), userCouponsSchema)
}
