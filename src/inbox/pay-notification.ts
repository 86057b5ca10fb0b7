import type { Merchant } from '../merchants/merchant.ts'
import { factsOfOrder, type OrderFact } from '../payments/order-facts.ts'
import type { Refund } from '../payments/payment.ts'
import { type CouponUse, readCouponUse } from '../wechat/pay/coupon-use.ts'
import { readPayment } from '../wechat/pay/payment.ts'
import { readRefund } from '../wechat/pay/refund.ts'
import { readV2Payment } from '../wechat/pay-v2/payment.ts'
import { readV2Refund } from '../wechat/pay-v2/refund.ts'
import type { XmlFields } from '../wechat/pay-v2/xml.ts'

/**
 * What the inbox keeps of a notification: it is verified and decrypted, but its shape is not checked yet. v2 has no
 * event types and no ids: `V2.PAYMENT` and `V2.REFUND` are our own names.
 */
export type StoredNotification = { mchid: string; id: string; event_type: string; resource: unknown }

export type PayFact =
  | OrderFact
  | { kind: 'refund'; refund: Refund }
  /** `mchid` is the number whose keys proved it. */
  | { kind: 'coupon_use'; mchid: string; use: CouponUse }

/**
 * Returns the key by which a repeated notification is recognised. WeChat may repeat it with another id, so the key is
 * made of its content (docs/wechat/payment-triggers.md 1.4). The merchant number is part of the key: a message that
 * proves nothing under one number may prove something under another.
 */
export function notificationKey(notification: StoredNotification): string {
  const { mchid, id, event_type } = notification
  const payment = paymentIn(notification)
  if (payment?.shape === 'combined') return `${mchid}/combined/${payment.combine_mchid}/${payment.combine_out_trade_no}`
  if (payment?.transaction_id) return `${mchid}/payment/${payment.transaction_id}/${payment.trade_state}`
  const refund = refundIn(notification)
  if (refund) return `${mchid}/refund/${refund.refund_id}/${refund.refund_status}`
  const use = useIn(notification)
  const usedIn = use?.consume_information?.transaction_id
  if (use) return `${mchid}/coupon_use/${use.coupon_id}/${usedIn ?? id}`
  return `${mchid}/${event_type}/${id}`
}

/** Returns the facts in a stored notification. One of an unknown kind is kept and ignored. */
export function factsOfNotification(merchant: Merchant, notification: StoredNotification): PayFact[] {
  const { mchid, event_type } = notification
  const payment = paymentIn(notification)
  if (payment) return factsOfOrder(merchant, mchid, payment, 'notification')
  const use = useIn(notification)
  if (use) return [{ kind: 'coupon_use', mchid, use }]
  const refund = refundIn(notification)
  if (!refund) return [{ kind: 'ignored', why: `a ${event_type} of no use here` }]
  // With ABNORMAL and CLOSED nothing was paid back; a later SUCCESS of the same refund is notified again
  // (docs/wechat/payment-triggers.md 1.8).
  if (refund.refund_status !== 'SUCCESS') return [{ kind: 'ignored', why: `a refund in state ${refund.refund_status}` }]
  const { transaction_id, refund_id, out_refund_no, amount, success_time } = refund
  if (!success_time || amount.refund < 0) return [{ kind: 'ignored', why: 'a refund without its time or amount' }]
  return [
    {
      kind: 'refund',
      refund: {
        transactionId: transaction_id,
        refundId: refund_id,
        outRefundNo: out_refund_no,
        refund: amount.refund,
        payerRefund: amount.payer_refund === undefined ? undefined : Math.max(0, amount.payer_refund),
        refundedAt: success_time,
      },
    },
  ]
}

function paymentIn({ event_type, resource }: StoredNotification) {
  if (event_type === 'V2.PAYMENT') return readV2Payment(resource as XmlFields)
  return event_type.startsWith('TRANSACTION.') ? readPayment(resource) : undefined
}

function refundIn({ event_type, resource }: StoredNotification) {
  if (event_type === 'V2.REFUND') return readV2Refund(resource as XmlFields)
  return event_type.startsWith('REFUND.') ? readRefund(resource) : undefined
}

function useIn({ event_type, resource }: StoredNotification) {
  return event_type === 'COUPON.USE' ? readCouponUse(resource) : undefined
}
