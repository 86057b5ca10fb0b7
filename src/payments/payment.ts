import type { PaymentsTable, Promotion } from '../plumbing/storage/schema.ts'

/** A payment of a member, from whichever source. Amounts in fen. */
export type Payment = {
  transactionId: string
  outTradeNo: string
  /** The merchant number that placed the order: a provider's, or the merchant's own. */
  mchid: string
  subMchid: string | undefined
  openid: string
  total: number
  payerTotal: number
  promotions: Promotion[]
  goodsTag: string | undefined
  paidAt: Date
  source: PaymentsTable['source']
}

/** A refund of a payment, which may not be known yet. Amounts in fen. */
export type Refund = {
  transactionId: string
  /** WeChat's refund_id; an event may give the merchant's out_refund_no instead. */
  refundId: string
  /** The merchant's out_refund_no, when the source gives both. */
  outRefundNo?: string | undefined
  /** The refunded part of the order's total. */
  refund: number
  /** The refunded part of what the payer had paid; undefined when the source does not state it. */
  payerRefund: number | undefined
  refundedAt: Date
}
