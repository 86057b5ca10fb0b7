import type { CardFact, Message, PaymentFact, Promotion, RefundFact } from './facts.ts'

/** The sender's number, and the appid that members are known under. */
export type Shop = { mchid: string; appid: string }

export function paymentEvent(
  { mchid }: Shop,
  payment: PaymentFact,
  promotions: Promotion[],
  id = payment.eventId,
): Message {
  const { openid, transactionId, outTradeNo, total, paidAt } = payment
  const data = {
    openid,
    transaction_id: transactionId,
    out_trade_no: outTradeNo,
    mchid,
    total,
    payer_total: total,
    promotions,
    paid_at: paidAt.toISOString(),
  }
  return { door: 'events', body: { type: 'payment.succeeded', id, occurred_at: data.paid_at, data } }
}

export function refundEvent(refund: RefundFact, id = refund.eventId): Message {
  const data = {
    transaction_id: refund.payment.transactionId,
    refund_id: refund.outRefundNo,
    refund: refund.amount,
    refunded_at: refund.at.toISOString(),
  }
  return { door: 'events', body: { type: 'payment.refunded', id, occurred_at: data.refunded_at, data } }
}

export function cardEvent({ openid, cardId, code, at }: CardFact, id: string): Message {
  const data = { openid, card_id: cardId, card_code: code, channel: null }
  return { door: 'events', body: { type: 'card.opened', id, occurred_at: at.toISOString(), data } }
}

export function paymentNotification(
  { mchid, appid }: Shop,
  payment: PaymentFact,
  promotions: Promotion[],
  id: string,
): Message {
  const resource = {
    appid,
    mchid,
    out_trade_no: payment.outTradeNo,
    transaction_id: payment.transactionId,
    trade_type: 'JSAPI',
    trade_state: 'SUCCESS',
    success_time: payment.paidAt.toISOString(),
    payer: { openid: payment.openid },
    amount: { total: payment.total, payer_total: payment.total, currency: 'CNY', payer_currency: 'CNY' },
    promotion_detail: promotions.map((one) => ({ ...one, name: '满减', scope: 'GLOBAL', type: 'CASH' })),
  }
  return { door: 'pay', notification: { mchid, id, event_type: 'TRANSACTION.SUCCESS', resource } }
}

export function refundNotification({ mchid }: Shop, refund: RefundFact, id: string): Message {
  const { payment, refundId, outRefundNo, amount, at } = refund
  const resource = {
    mchid,
    out_trade_no: payment.outTradeNo,
    transaction_id: payment.transactionId,
    out_refund_no: outRefundNo,
    refund_id: refundId,
    refund_status: 'SUCCESS',
    success_time: at.toISOString(),
    user_received_account: '零钱',
    amount: { total: payment.total, refund: amount, payer_total: payment.total, payer_refund: amount },
  }
  return { door: 'pay', notification: { mchid, id, event_type: 'REFUND.SUCCESS', resource } }
}

export function cardPush({ openid, cardId, code, at }: CardFact, event: string): Message {
  const push = {
    ToUserName: 'gh_shop',
    FromUserName: openid,
    CreateTime: String(Math.floor(at.getTime() / 1_000)),
    MsgType: 'event',
    Event: event,
    CardId: cardId,
    UserCardCode: code,
    IsRestoreMemberCard: '0',
  }
  return { door: 'oa', push }
}
