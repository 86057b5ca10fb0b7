import type { Db } from '../plumbing/storage/database.ts'
import type { Promotion } from '../plumbing/storage/schema.ts'
import { recordRedemptions } from './record-redemptions.ts'
import { settleReturns } from './returns.ts'

/** A payment as far as coupons are concerned. Amounts in fen. */
export type PaidWith = {
  transactionId: string
  outTradeNo: string
  total: number
  paidAt: Date
  /** The number that received the money. */
  receiver: string
  promotions: Promotion[]
}

/**
 * Writes the uses of coupons that a payment reports in its promotions (docs/wechat/payment-triggers.md 1.3), and gives
 * its order's facts to uses that other sources reported before. In the transaction that writes the payment and holds its
 * lock.
 */
export async function noteCouponsOfPayment(
  trx: Db,
  merchant: { id: number },
  payment: PaidWith,
  toldAt: Date,
): Promise<void> {
  const { transactionId, outTradeNo, total, paidAt, receiver, promotions } = payment
  const facts = promotions.flatMap(({ coupon_id, stock_id, amount }) => {
    if (!coupon_id) return []
    const about = { couponId: coupon_id, stockId: stock_id, transactionId, outTradeNo, orderTotal: total }
    return [{ ...about, source: 'payment' as const, amount, usedAt: paidAt, consumeMchid: receiver, toldAt }]
  })
  await recordRedemptions(trx, merchant, facts)
  await settleReturns(trx, merchant.id, { transactions: [transactionId], couponIds: [] })
}
