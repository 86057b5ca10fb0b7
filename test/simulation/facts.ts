/** What the world told our processes, as the world knows it: the measure of what is owed in the end. */
export type Facts = { payments: PaymentFact[]; refunds: RefundFact[]; cards: CardFact[]; errands: Errand[] }

export type PaymentFact = {
  transactionId: string
  outTradeNo: string
  openid: string
  total: number
  paidAt: Date
  eventId: string
  /** The coupons of ours that paid a part. */
  promotions: Promotion[]
  /** Whether any report named them. */
  toldOfCoupons: boolean
}

export type Promotion = { stock_id: string; coupon_id: string; amount: number }

export type RefundFact = {
  refundId: string
  outRefundNo: string
  payment: PaymentFact
  amount: number
  at: Date
  eventId: string
}

export type CardFact = { openid: string; cardId: string; code: string; at: Date; eventId: string }

/** A message to us; its sender repeats it until we have taken it. */
export type Errand = { message: Message; accepted: boolean; refused?: string }

export type Message =
  | { door: 'events'; body: object }
  | { door: 'pay'; notification: { mchid: string; id: string; event_type: string; resource: object } }
  | { door: 'oa'; push: Record<string, string> }

export function openFacts(): Facts {
  return { payments: [], refunds: [], cards: [], errands: [] }
}

/** What refunds have left of a payment; the same refund counts once, whatever it was called. */
export function leftOf({ refunds }: Facts, payment: PaymentFact): number {
  const back = refunds.filter((refund) => refund.payment === payment).reduce((sum, { amount }) => sum + amount, 0)
  return Math.max(0, payment.total - back)
}
