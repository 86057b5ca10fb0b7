import { wechatTime } from '../wechat-time.ts'

/** An order as WeChat Pay keeps it. Partner orders have a sub-merchant (docs/wechat/payment-triggers.md 1.3). */
export type Order = {
  appid: string
  /** The number that placed it: the merchant's own, or its service provider's. */
  mchid: string
  subMchid?: string
  outTradeNo: string
  transactionId: string
  openid: string
  /** Of a part of a combined order: the whole one's number, and who placed it. */
  combine?: { outTradeNo: string; mchid: string }
  tradeType: 'JSAPI' | 'MICROPAY' | 'NATIVE'
  state: 'SUCCESS' | 'NOTPAY' | 'USERPAYING' | 'CLOSED' | 'REFUND' | 'PAYERROR'
  /** fen */
  total: number
  payerTotal: number
  goodsTag?: string
  attach?: string
  paidAt?: string
  promotions: OrderPromotion[]
  refunds: OrderRefund[]
}

export type OrderPromotion = {
  coupon_id: string
  name: string
  stock_id: string
  amount: number
  type: 'CASH' | 'NOCASH'
}

export type OrderRefund = {
  refundId: string
  outRefundNo: string
  status: 'SUCCESS' | 'CLOSED' | 'ABNORMAL' | 'PROCESSING'
  refund: number
  payerRefund: number
  at: string
}

/** The order as the query returns it and as the payment notification contains it. */
export function orderBody(order: Order): object {
  const isPaid = order.state === 'SUCCESS' || order.state === 'REFUND'
  return {
    ...(order.subMchid === undefined
      ? { appid: order.appid, mchid: order.mchid }
      : { sp_appid: order.appid, sp_mchid: order.mchid, sub_appid: order.appid, sub_mchid: order.subMchid }),
    out_trade_no: order.outTradeNo,
    ...(isPaid && {
      transaction_id: order.transactionId,
      success_time: order.paidAt && wechatTime(order.paidAt),
      bank_type: 'OTHERS',
    }),
    trade_type: order.tradeType,
    trade_state: order.state,
    trade_state_desc: stateWords[order.state],
    attach: order.attach ?? '',
    ...(isPaid && { payer: payerOf(order) }),
    amount: {
      total: order.total,
      currency: 'CNY',
      ...(isPaid && { payer_total: order.payerTotal, payer_currency: 'CNY' }),
    },
    ...(order.promotions.length > 0 && { promotion_detail: order.promotions.map(promotionBody) }),
  }
}

const stateWords: Record<Order['state'], string> = {
  SUCCESS: '支付成功',
  NOTPAY: '订单未支付',
  USERPAYING: '用户支付中',
  CLOSED: '订单已关闭',
  REFUND: '转入退款',
  PAYERROR: '支付失败',
}

function payerOf(order: Order): object {
  // Under the provider's appid the payer has another openid, which must never be taken for the member's.
  if (order.subMchid === undefined) return { openid: order.openid }
  return { sp_openid: `sp-${order.openid}`.slice(0, 28), sub_openid: order.openid }
}

/** A coupon that WeChat used on the order. */
export function promotionBody(promotion: OrderPromotion): object {
  const isPrefunded = promotion.type === 'CASH'
  return {
    ...promotion,
    scope: 'GLOBAL',
    wechatpay_contribute: 0,
    merchant_contribute: isPrefunded ? 0 : promotion.amount,
    other_contribute: isPrefunded ? promotion.amount : 0,
    currency: 'CNY',
  }
}
