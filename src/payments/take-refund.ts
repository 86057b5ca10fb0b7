import { settleReturns } from '../coupons/returns.ts'
import { lockPayments } from '../ledger/locks.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { payerOf, raiseFacts } from './facts.ts'
import type { Refund } from './payment.ts'
import { recordRefund } from './refunds.ts'
import { type TakenBack, takeBack } from './take-back.ts'

/**
 * Handles a refund in one transaction: writes it, computes what the member no longer earns, cancels those coupons that
 * were surely not sent, and flags the grants. So no coupon is sent in between, and no crash leaves a coupon cancelled
 * but not flagged. If the payment is not known yet, the refund is only kept. Safe to repeat. Returns whether a coupon
 * that is no longer earned is being sent at this moment; then the call must be repeated.
 */
export async function takeRefund(
  services: Services,
  merchant: Merchant,
  refund: Refund,
): Promise<Pick<TakenBack, 'inFlight'>> {
  const { db, gate, clock, log } = services
  const { transactionId } = refund
  const taken = await db.transaction().execute(async (trx) => {
    await lockPayments(trx, merchant.id, [transactionId])
    const openid = await payerOf(trx, merchant.id, transactionId)
    if (openid !== undefined) await raiseFacts(trx, merchant.id, openid)
    await recordRefund(trx, log, merchant, refund)
    await settleReturns(trx, merchant.id, { transactions: [transactionId], couponIds: [] })
    if (openid === undefined) return undefined
    return takeBack(trx, { merchant, openid, transactionId, at: clock.now() })
  })
  gate.giveBack(merchant.id, taken?.freed ?? [])
  return { inFlight: taken?.inFlight ?? false }
}
