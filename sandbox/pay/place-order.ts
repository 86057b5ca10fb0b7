import type { SandboxState } from '../state.ts'
import type { TradeScene } from '../world.ts'
import type { Coupon } from './coupon.ts'
import { isUsableAt } from './coupon-window.ts'
import type { Order, OrderRefund } from './order.ts'
import { stockUse } from './send-coupon.ts'

/** An order to place, in fen. Missing fields are those of a paid JSAPI order of the demo merchant, placed now. */
export type OrderSpec = {
  openid: string
  total: number
  appid?: string
  mchid?: string
  subMchid?: string
  outTradeNo?: string
  transactionId?: string
  /** Makes it a part of this combined order; placed by its own number unless another one is named. */
  combine?: { outTradeNo: string; mchid?: string }
  goodsTag?: string
  attach?: string
  tradeType?: Order['tradeType']
  state?: Order['state']
  paidAt?: string
  /** Lets WeChat deduct the best coupon of the member that fits, as it does at the till unless the member declines. */
  useCoupon?: boolean
}

/** Places an order at WeChat Pay; it is paid unless `spec` says otherwise. */
export function placeOrder(state: SandboxState, spec: OrderSpec): Order {
  const merchant = state.world.merchants[0]!
  const day = state.clock.now().toISOString().slice(0, 10).replaceAll('-', '')
  const order: Order = {
    appid: spec.appid ?? merchant.officialAccount.appid,
    mchid: spec.mchid ?? merchant.mchids[0]!,
    ...(spec.subMchid !== undefined && { subMchid: spec.subMchid }),
    outTradeNo: spec.outTradeNo ?? `${day}${state.nextId(14)}`,
    transactionId: spec.transactionId ?? `4200${day}${state.nextId(16)}`,
    openid: spec.openid,
    ...(spec.combine && { combine: { mchid: spec.mchid ?? merchant.mchids[0]!, ...spec.combine } }),
    tradeType: spec.tradeType ?? 'JSAPI',
    state: spec.state ?? 'SUCCESS',
    total: spec.total,
    payerTotal: spec.total,
    ...(spec.goodsTag !== undefined && { goodsTag: spec.goodsTag }),
    ...(spec.attach !== undefined && { attach: spec.attach }),
    paidAt: spec.paidAt ?? state.clock.now().toISOString(),
    promotions: [],
    refunds: [],
  }
  const coupon = spec.useCoupon ? bestCoupon(state, order) : undefined
  if (coupon) deduct(state, order, coupon)
  state.orders.push(order)
  return order
}

/**
 * Refunds an order. The member gets back a share in proportion to what they paid, rounded
 * (docs/wechat/payment-triggers.md 1.6), and once all of it is refunded also the coupon, usable until its window ends
 * (docs/wechat/pay-v3.md 2.8).
 */
export function refundOrder(
  state: SandboxState,
  order: Order,
  options: { refund?: number; status?: OrderRefund['status'] } = {},
): OrderRefund {
  const amount = options.refund ?? order.total
  const refund: OrderRefund = {
    refundId: `5030${state.nextId(24)}`,
    outRefundNo: `R${state.nextId(14)}`,
    status: options.status ?? 'SUCCESS',
    refund: amount,
    payerRefund: Math.round((amount * order.payerTotal) / order.total),
    at: state.clock.now().toISOString(),
  }
  order.refunds.push(refund)
  // Any refund, even a partial one, changes the order's state (docs/wechat/payment-triggers.md 1.8).
  if (refund.status === 'SUCCESS') order.state = 'REFUND'
  if (lastRefund(order)) giveCouponsBack(state, order)
  return refund
}

/** The refund with which all of the order was given back; undefined while something is left of it. */
export function lastRefund({ total, refunds }: Order): OrderRefund | undefined {
  let left = total
  return refunds.find(({ status, refund }) => status === 'SUCCESS' && (left -= refund) <= 0)
}

function giveCouponsBack(state: SandboxState, order: Order): void {
  for (const { coupon_id } of order.promotions) {
    const coupon = state.coupons.get(coupon_id)
    if (coupon?.usedBy?.transactionId !== order.transactionId) continue
    coupon.status = 'SENDED'
    delete coupon.usedAt
    delete coupon.usedBy
  }
}

/**
 * WeChat uses the largest coupon that fits the amount, the window and the order's tag
 * (docs/wechat/payment-triggers.md 6.1).
 */
function bestCoupon(state: SandboxState, order: Order): Coupon | undefined {
  const now = state.clock.now()
  const fitting = (state.couponsByOpenid.get(order.openid) ?? []).flatMap((coupon) => {
    const stock = state.world.stocks.find((each) => each.stock_id === coupon.stockId)
    if (!stock || order.total < stock.transaction_minimum) return []
    const isTagged = stock.goods_tag.length === 0 || stock.goods_tag.includes(order.goodsTag ?? '')
    const isInScene = stock.trade_type?.includes(sceneOf[order.tradeType]) ?? true
    return isTagged && isInScene && isUsableAt(stock, coupon, now) ? [{ coupon, amount: stock.coupon_amount }] : []
  })
  return fitting.toSorted((one, other) => other.amount - one.amount)[0]?.coupon
}

const sceneOf: Record<Order['tradeType'], TradeScene> = { JSAPI: 'OTHER', NATIVE: 'OTHER', MICROPAY: 'CARD' }

function deduct(state: SandboxState, order: Order, coupon: Coupon): void {
  const stock = state.world.stocks.find((each) => each.stock_id === coupon.stockId)!
  order.payerTotal = order.total - stock.coupon_amount
  order.promotions.push({
    coupon_id: coupon.couponId,
    name: stock.stock_name,
    stock_id: stock.stock_id,
    amount: stock.coupon_amount,
    type: stock.no_cash ? 'NOCASH' : 'CASH',
  })
  // A refund does not take this back: the use stays counted.
  stockUse(state, stock.stock_id).used++
  coupon.status = 'USED'
  coupon.usedAt = order.paidAt!
  coupon.usedBy = { mchid: order.subMchid ?? order.mchid, transactionId: order.transactionId }
}
