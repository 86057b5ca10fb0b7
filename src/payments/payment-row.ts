import type { Merchant } from '../merchants/merchant.ts'
import type { Promotion } from '../plumbing/storage/schema.ts'
import { settlementOf } from './amounts.ts'
import type { Payment } from './payment.ts'

/** A payment as its row in our ledger, of which we learned at `now`. */
export function paymentRow(merchant: Merchant, payment: Payment, promotions: Promotion[], now: Date) {
  return {
    merchant_id: merchant.id,
    transaction_id: payment.transactionId,
    out_trade_no: payment.outTradeNo,
    mchid: payment.mchid,
    sub_mchid: payment.subMchid ?? null,
    openid: payment.openid,
    total: payment.total,
    payer_total: payment.payerTotal,
    settlement: settlementOf(payment.total, promotions),
    promotions: JSON.stringify(promotions),
    goods_tag: payment.goodsTag ?? null,
    paid_at: payment.paidAt,
    source: payment.source,
    created_at: now,
    confirmed_at: payment.source === 'event' ? null : now,
  }
}
