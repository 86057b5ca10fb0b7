import type { Order } from './order.ts'
import { wechatTime } from '../wechat-time.ts'
import { promotionBody } from './order.ts'

/** A combined order as its query returns it and as its notification contains it (docs/wechat/payment-triggers.md 2). */
export function combinedBody(parts: Order[]): object {
  const first = parts[0]!
  const isPaid = parts.some(({ state }) => state === 'SUCCESS' || state === 'REFUND')
  return {
    combine_appid: first.appid,
    combine_mchid: first.combine!.mchid,
    combine_out_trade_no: first.combine!.outTradeNo,
    ...(isPaid && { combine_transaction_id: `C${first.transactionId}`, combine_payer_info: { openid: first.openid } }),
    sub_orders: parts.map(partBody),
  }
}

function partBody(order: Order): object {
  const isPaid = order.state === 'SUCCESS' || order.state === 'REFUND'
  return {
    mchid: order.mchid,
    ...(order.subMchid !== undefined && {
      sub_mchid: order.subMchid,
      sub_appid: order.appid,
      ...(isPaid && { sub_openid: order.openid }),
    }),
    out_trade_no: order.outTradeNo,
    trade_type: order.tradeType,
    trade_state: order.state,
    attach: order.attach ?? '',
    ...(isPaid && {
      transaction_id: order.transactionId,
      success_time: order.paidAt && wechatTime(order.paidAt),
      bank_type: 'OTHERS',
    }),
    amount: {
      total_amount: order.total,
      currency: 'CNY',
      ...(isPaid && { payer_amount: order.payerTotal, payer_currency: 'CNY' }),
    },
    ...(order.promotions.length > 0 && { promotion_detail: order.promotions.map(promotionBody) }),
  }
}
