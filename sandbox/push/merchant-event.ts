import { createHmac, randomUUID } from 'node:crypto'
import type { Order, OrderRefund } from '../pay/order.ts'
import type { SandboxState } from '../state.ts'
import { wechatTime } from '../wechat-time.ts'
import type { WorldMerchant } from '../world.ts'
import { post, type PushReport } from './post.ts'

export type MerchantEvent = {
  type: 'card.opened' | 'payment.succeeded' | 'payment.refunded'
  data: object
  /** The same id makes it a repeat. */
  id?: string
  occurredAt?: string
  spoil?: 'signature'
  retryMs?: number[]
}

/** Sends an event of the merchant's own systems (商户云), signed by the Standard Webhooks rule with the events secret. */
export function pushMerchantEvent(
  state: SandboxState,
  merchant: WorldMerchant,
  event: MerchantEvent,
): Promise<PushReport> {
  const id = event.id ?? `evt_${randomUUID()}`
  const occurredAt = event.occurredAt ?? wechatTime(state.clock.now())
  const body = JSON.stringify({ type: event.type, id, occurred_at: occurredAt, data: event.data })
  const key = Buffer.from(merchant.eventsSecret.replace('whsec_', ''), 'base64')
  return post(() => {
    const timestamp = String(Math.floor(state.clock.now().getTime() / 1000))
    const signed = event.spoil === 'signature' ? `${body} ` : body
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${signed}`).digest('base64')
    const headers = {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    }
    return { url: `${state.settings.appUrl}/api/${merchant.slug}/events`, headers, body }
  }, event.retryMs)
}

/** The data of `payment.succeeded` for an order. */
export function paidData(order: Order): object {
  return {
    openid: order.openid,
    transaction_id: order.transactionId,
    out_trade_no: order.outTradeNo,
    mchid: order.mchid,
    ...(order.subMchid !== undefined && { sub_mchid: order.subMchid }),
    total: order.total,
    payer_total: order.payerTotal,
    promotions: order.promotions.map(({ stock_id, coupon_id, amount }) => ({ stock_id, coupon_id, amount })),
    ...(order.goodsTag !== undefined && { goods_tag: order.goodsTag }),
    paid_at: order.paidAt && wechatTime(order.paidAt),
  }
}

/** The data of `payment.refunded`. */
export function refundedData(order: Order, refund: OrderRefund): object {
  return {
    transaction_id: order.transactionId,
    refund_id: refund.refundId,
    refund: refund.refund,
    payer_refund: refund.payerRefund,
    refunded_at: wechatTime(refund.at),
  }
}
