import { randomInt } from 'node:crypto'
import type { SandboxState } from '../state.ts'
import { wechatTime } from '../wechat-time.ts'
import type { WorldStock } from '../world.ts'
import { couponWindow } from './coupon-window.ts'

/** A coupon in a member's account. */
export type Coupon = {
  couponId: string
  stockId: string
  openid: string
  appid: string
  mchid: string
  outRequestNo: string
  status: 'SENDED' | 'USED' | 'EXPIRED'
  createdAt: string
  usedAt?: string
  usedBy?: { mchid: string; transactionId: string }
}

/** Gives a coupon of a stock to a member. Its number does not follow the previous one, as with real coupons. */
export function giveCoupon(
  state: SandboxState,
  coupon: Pick<Coupon, 'stockId' | 'openid' | 'appid' | 'mchid' | 'outRequestNo'>,
): Coupon {
  const couponId = `${state.nextId(13)}${randomInt(10)}`
  const given: Coupon = { ...coupon, couponId, status: 'SENDED', createdAt: state.clock.now().toISOString() }
  state.coupons.set(couponId, given)
  const mine = state.couponsByOpenid.get(coupon.openid)
  if (mine) mine.push(given)
  else state.couponsByOpenid.set(coupon.openid, [given])
  return given
}

/** A coupon as coupon detail and the list of a user's coupons show it (docs/wechat/pay-v3.md 2.8). */
export function couponBody(stock: WorldStock, coupon: Coupon): object {
  const { begin, end } = couponWindow(stock, coupon)
  return {
    stock_creator_mchid: stock.stock_creator_mchid,
    stock_id: stock.stock_id,
    coupon_id: coupon.couponId,
    coupon_name: stock.stock_name,
    description: stock.description,
    status: coupon.status,
    create_time: wechatTime(coupon.createdAt),
    coupon_type: 'NORMAL',
    no_cash: stock.no_cash,
    singleitem: false,
    available_begin_time: wechatTime(begin),
    available_end_time: wechatTime(end),
    normal_coupon_information: {
      coupon_amount: stock.coupon_amount,
      transaction_minimum: stock.transaction_minimum,
    },
    ...(coupon.usedBy && {
      consume_information: {
        consume_time: wechatTime(coupon.usedAt ?? coupon.createdAt),
        consume_mchid: coupon.usedBy.mchid,
        transaction_id: coupon.usedBy.transactionId,
        goods_detail: [],
      },
    }),
  }
}
