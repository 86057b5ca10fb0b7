import { lockPayments } from '../ledger/locks.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { raiseFacts } from './facts.ts'
import type { Payment } from './payment.ts'
import { paymentRow } from './payment-row.ts'

/**
 * Writes payments of which no other source has told, in one transaction; one that is known by now is left as it is.
 * Returns the numbers of those that are new. At most some hundred at a time: each is locked.
 */
export async function recordNewPayments(
  { db, clock }: Services,
  merchant: Merchant,
  payments: Payment[],
): Promise<string[]> {
  if (payments.length === 0) return []
  const now = clock.now()
  const rows = payments.map((payment) => paymentRow(merchant, payment, payment.promotions, now))
  return db.transaction().execute(async (trx) => {
    await lockPayments(
      trx,
      merchant.id,
      payments.map((payment) => payment.transactionId),
    )
    const written = await trx
      .insertInto('payments')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['merchant_id', 'transaction_id']).doNothing())
      .returning(['transaction_id', 'openid'])
      .execute()
    await raiseFacts(trx, merchant.id, ...written.map(({ openid }) => openid))
    return written.map((row) => row.transaction_id)
  })
}
