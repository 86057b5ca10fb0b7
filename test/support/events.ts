import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Payment, Refund } from '../../src/payments/payment.ts'

export type TestEvent = { type: string; id: string; occurred_at: string; data: Record<string, unknown> }

/** A complete card.opened event, or what the changes make of it. */
export function cardOpened(data: Record<string, unknown>, changes: Partial<TestEvent> = {}): TestEvent {
  const card = { openid: 'member', card_id: 'pCard', card_code: randomUUID(), channel: 'store' }
  return {
    type: 'card.opened',
    id: randomUUID(),
    occurred_at: new Date().toISOString(),
    data: { ...card, ...data },
    ...changes,
  }
}

export function paymentSucceeded(
  payment: Payment,
  data: Record<string, unknown> = {},
  changes: Partial<TestEvent> = {},
): TestEvent {
  const told = {
    openid: payment.openid,
    transaction_id: payment.transactionId,
    out_trade_no: payment.outTradeNo,
    mchid: payment.mchid,
    total: payment.total,
    payer_total: payment.payerTotal,
    promotions: payment.promotions,
    paid_at: payment.paidAt.toISOString(),
  }
  return {
    type: 'payment.succeeded',
    id: randomUUID(),
    occurred_at: told.paid_at,
    data: { ...told, ...data },
    ...changes,
  }
}

export function paymentRefunded(refund: Refund, changes: Partial<TestEvent> = {}): TestEvent {
  const told = {
    transaction_id: refund.transactionId,
    refund_id: refund.refundId,
    refund: refund.refund,
    refunded_at: refund.refundedAt.toISOString(),
    ...(refund.payerRefund === undefined ? {} : { payer_refund: refund.payerRefund }),
  }
  return { type: 'payment.refunded', id: randomUUID(), occurred_at: told.refunded_at, data: told, ...changes }
}

/** The Standard Webhooks headers of a body as the merchant's own systems make them. */
export function signedHeaders(merchant: Merchant, body: string, at: Date, secret?: string): Record<string, string> {
  const id = `msg_${randomUUID()}`
  const webhook = new Webhook(secret ?? (merchant.eventsSecret?.reveal() as string))
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': webhook.sign(id, at, body),
  }
}
