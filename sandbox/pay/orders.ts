import { combinedBody } from './combined-order.ts'
import { orderBody, type Order } from './order.ts'
import { ok, refuse, type PayCall, type PayHandler, type PayResult } from './pay-call.ts'
import { refusals } from './refusals.ts'

/** GET /v3/pay/transactions/id/{transaction_id} and /out-trade-no/{…}: orders that a merchant placed itself. */
export const readOrder: PayHandler = {
  handle(call) {
    if (call.request.query.get('mchid') !== call.account.mchid) return refuse(refusals.illegal_mchid)
    return answer(call, (order) => order.subMchid === undefined && !order.combine)
  },
}

/** The same under /v3/pay/partner: orders that a provider placed, read with the provider's own key. */
export const readPartnerOrder: PayHandler = {
  handle(call) {
    const { query } = call.request
    if (query.get('sp_mchid') !== call.account.mchid) return refuse(refusals.illegal_mchid)
    const subMchid = query.get('sub_mchid')
    const order = find(call, (each) => each.subMchid !== undefined && !each.combine)
    if (order?.mchid === call.account.mchid && order.subMchid !== subMchid) {
      return refuse(refusals.order_of_another_sub_mchid)
    }
    return answer(call, (each) => each.subMchid !== undefined && !each.combine)
  },
}

/** GET /v3/combine-transactions/out-trade-no/{…}: by the number that placed it (docs/wechat/payment-triggers.md 2). */
export const readCombinedOrder: PayHandler = {
  handle({ state, account, params }) {
    const parts = state.orders.filter(({ combine }) => combine?.outTradeNo === params.outTradeNo)
    if (parts.length === 0) return refuse(refusals.order_not_found)
    return parts[0]!.combine!.mchid === account.mchid
      ? ok(combinedBody(parts))
      : refuse(refusals.order_of_another_mchid)
  },
}

function answer(call: PayCall, isOfKind: (order: Order) => boolean): PayResult {
  const order = find(call, isOfKind)
  if (!order) return refuse(refusals.order_not_found)
  return order.mchid === call.account.mchid ? ok(orderBody(order)) : refuse(refusals.order_of_another_mchid)
}

/**
 * A transaction id is WeChat's and belongs to one order; an out_trade_no is only valid for the number that placed the
 * order.
 */
function find({ state, account, params }: PayCall, isOfKind: (order: Order) => boolean): Order | undefined {
  return state.orders.find((order) =>
    params.transactionId === undefined
      ? order.outTradeNo === params.outTradeNo && order.mchid === account.mchid && isOfKind(order)
      : order.transactionId === params.transactionId && isOfKind(order),
  )
}
