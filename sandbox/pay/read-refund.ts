import { wechatTime } from '../wechat-time.ts'
import { ok, refuse, type PayHandler } from './pay-call.ts'
import { refusals } from './refusals.ts'

/** GET /v3/refund/domestic/refunds/{out_refund_no}: how far a refund has come; its word is `status` here. */
export const readRefund: PayHandler = {
  handle({ state, account, params }) {
    const order = state.orders.find(
      ({ mchid, refunds }) =>
        mchid === account.mchid && refunds.some(({ outRefundNo }) => outRefundNo === params.outRefundNo),
    )
    const refund = order?.refunds.find(({ outRefundNo }) => outRefundNo === params.outRefundNo)
    if (!order || !refund) return refuse(refusals.order_not_found)
    return ok({
      refund_id: refund.refundId,
      out_refund_no: refund.outRefundNo,
      transaction_id: order.transactionId,
      out_trade_no: order.outTradeNo,
      status: refund.status,
      ...(refund.status === 'SUCCESS' && { success_time: wechatTime(refund.at) }),
      amount: {
        total: order.total,
        refund: refund.refund,
        payer_total: order.payerTotal,
        payer_refund: refund.payerRefund,
      },
    })
  },
}
