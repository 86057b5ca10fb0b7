import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { lockPayment, payerOf, raiseFacts } from './facts.ts'
import type { Refund } from './payment.ts'
import { recordRefund } from './refunds.ts'
import { type TakenBack, takeBack } from './take-back.ts'

/**
 * Takes a refund in one transaction: writes it, works out what the member no longer earned, cancels what of that was
 * surely not sent, and flags all of it. So nobody sends in between, and no crash leaves a coupon cancelled and not
 * flagged. Kept when its payment is not known yet. Safe to repeat; returns whether a coupon that fell is being sent at
 * this moment, and then it must be repeated.
 */
export async function takeRefund(
  services: Services,
  merchant: Merchant,
  refund: Refund,
): Promise<Pick<TakenBack, 'inFlight'>> {
  const { db, gate, clock, log } = services
  const { transactionId } = refund
  const taken = await db.transaction().execute(async (trx) => {
    await lockPayment(trx, merchant.id, transactionId)
    const openid = await payerOf(trx, merchant.id, transactionId)
    if (openid !== undefined) await raiseFacts(trx, merchant.id, openid)
    await recordRefund(trx, log, merchant, refund)
    if (openid === undefined) return undefined
    return takeBack(trx, { merchant, openid, transactionId, at: clock.now() })
  })
  gate.giveBack(merchant.id, taken?.freed ?? [])
  return { inFlight: taken?.inFlight ?? false }
}
