import type { Promotion, SpendRule } from '../plumbing/storage/schema.ts'
import { noCashTotal } from '../wechat/pay-v2/payment.ts'

/** The amounts of a payment and of its refunds, in fen. */
export type Amounts = {
  total: number
  payerTotal: number
  settlement: number
  refunds: { refund: number; payerRefund: number | null }[]
}

/**
 * Returns the settlement, which the merchant receives: the total less the coupons that were not prefunded
 * (docs/wechat/payment-triggers.md 1.7). Such a coupon is NOCASH in v3 payments, NO_CASH in v2, and DISCOUNT in v2
 * orders with a version and in refunds (docs/wechat/payment-triggers.md 1.5). If v2 reported a total of all of them,
 * that total counts and not the sum of the coupons: it names no coupon, so it cannot be known which of them other
 * reports contain.
 */
export function settlementOf(total: number, promotions: Promotion[]): number {
  const together = promotions.find(({ type }) => type === noCashTotal)
  const notPrefunded = promotions.filter(({ type }) => type === 'NOCASH' || type === 'NO_CASH' || type === 'DISCOUNT')
  return Math.max(0, total - (together?.amount ?? sum(notPrefunded.map(({ amount }) => amount ?? 0))))
}

/**
 * Returns what refunds have left of a payment, in the amount that the rule counts (`basis`); never below 0. A refund
 * that states only its part of the total reduces the other amounts by the same share, rounded half up as WeChat does
 * (docs/wechat/payment-triggers.md 1.6).
 */
export function netSpend(amounts: Amounts, basis: SpendRule['basis']): number {
  return Math.max(0, gross(amounts, basis) - refunded(amounts, basis))
}

function gross(amounts: Amounts, basis: SpendRule['basis']): number {
  if (basis === 'total') return amounts.total
  return basis === 'payer_total' ? amounts.payerTotal : amounts.settlement
}

function refunded({ total, payerTotal, settlement, refunds }: Amounts, basis: SpendRule['basis']): number {
  const ofTotal = sum(refunds.map(({ refund }) => refund))
  if (basis === 'total') return ofTotal
  if (basis === 'settlement') return share(ofTotal, settlement, total)
  const stated = sum(refunds.map(({ payerRefund }) => payerRefund ?? 0))
  const unstated = sum(refunds.filter(({ payerRefund }) => payerRefund === null).map(({ refund }) => refund))
  return stated + share(unstated, payerTotal, total)
}

/** part × of ÷ total, rounded half up. Calculated with BigInt, since fen times fen may exceed 2^53. */
function share(part: number, of: number, total: number): number {
  if (total === 0) return 0
  return Number((2n * BigInt(part) * BigInt(of) + BigInt(total)) / (2n * BigInt(total)))
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
