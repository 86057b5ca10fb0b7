import type { RedemptionSource } from '../plumbing/storage/schema.ts'

/** A use of a coupon, as one source reports it. Amounts in fen; what the source does not say is left out. */
export type RedemptionFact = {
  source: RedemptionSource
  couponId: string
  /** Promotions may leave it out; then only a coupon that we sent is recognised. */
  stockId?: string | undefined
  transactionId?: string | undefined
  outTradeNo?: string | undefined
  /** What the coupon took off. */
  amount?: number | undefined
  orderTotal?: number | undefined
  usedAt?: Date | undefined
  /** The number that received the money. */
  consumeMchid?: string | undefined
  /** When the report arrived. */
  toldAt: Date
}

/** What a report brought. `ignored`: neither our coupon nor one of our stocks. */
export type Recorded = 'new' | 'known' | 'ignored'
