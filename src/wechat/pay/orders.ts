import { combinedPaymentSchema, type CombinedPayment, paymentSchema, type Payment } from './payment.ts'
import { readReply } from './read-reply.ts'
import type { PayClient, PayReply } from './types.ts'

/**
 * Queries an order by the numbers with which it was placed: the client's own, and `subMchid` for an order that a
 * service provider placed (docs/wechat/payment-triggers.md 2). The answer has the fields of the payment notification.
 */
export async function readOrder(
  client: PayClient,
  order: { by: 'transaction_id' | 'out_trade_no'; value: string; subMchid?: string; timeoutMs?: number },
): Promise<PayReply<Payment>> {
  const kind = order.by === 'transaction_id' ? 'id' : 'out-trade-no'
  const base = order.subMchid === undefined ? '/v3/pay/transactions' : '/v3/pay/partner/transactions'
  const numbers: Record<string, string> =
    order.subMchid === undefined ? { mchid: client.mchid } : { sp_mchid: client.mchid, sub_mchid: order.subMchid }
  const path = `${base}/${kind}/${encodeURIComponent(order.value)}?${new URLSearchParams(numbers).toString()}`
  return readReply(await client.call({ method: 'GET', path, timeoutMs: order.timeoutMs }), paymentSchema)
}

/**
 * Queries a combined order by its `combine_out_trade_no`, by the number that placed it: the ordinary query does not find
 * it (docs/wechat/payment-triggers.md 2). No query in the address; the number that asks is the one that signs.
 */
export async function readCombinedOrder(
  client: PayClient,
  { combineOutTradeNo, timeoutMs }: { combineOutTradeNo: string; timeoutMs?: number },
): Promise<PayReply<CombinedPayment>> {
  const path = `/v3/combine-transactions/out-trade-no/${encodeURIComponent(combineOutTradeNo)}`
  return readReply(await client.call({ method: 'GET', path, timeoutMs }), combinedPaymentSchema)
}
