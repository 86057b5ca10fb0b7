import { lockCoupons, lockPayments } from '../ledger/locks.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { recordRedemptions } from './record-redemptions.ts'
import type { Recorded, RedemptionFact } from './redemption-fact.ts'

/** A use that WeChat's refund flow reports as undone. Its use is recorded as well, should no other source have it. */
export type ReturnFact = Omit<RedemptionFact, 'source' | 'transactionId'> & { transactionId: string; returnedAt: Date }

/**
 * Writes what a stock's refund flow reports: those uses are undone. Each return counts once. Runs in the caller's
 * transaction, like `recordRedemptions`, and takes as many facts at once. Its word stands above what is assumed from an
 * order's refunds.
 */
export async function recordReturns(trx: Db, merchant: { id: number }, facts: ReturnFact[]): Promise<Recorded[]> {
  await lockPayments(
    trx,
    merchant.id,
    facts.map((fact) => fact.transactionId),
  )
  await lockCoupons(
    trx,
    merchant.id,
    facts.map((fact) => fact.couponId),
  )
  const uses = await recordRedemptions(
    trx,
    merchant,
    facts.map(({ returnedAt: _, ...fact }) => ({ ...fact, source: 'flow' as const })),
  )
  const recorded: Recorded[] = []
  for (const [nth, { couponId, transactionId, returnedAt }] of facts.entries()) {
    if (uses[nth] === 'ignored') {
      recorded.push('ignored')
      continue
    }
    const { numUpdatedRows } = await trx
      .updateTable('redemptions')
      .set({ returned_at: returnedAt, returned_source: 'flow' })
      .where('merchant_id', '=', merchant.id)
      .where('coupon_id', '=', couponId)
      .where('transaction_id', '=', transactionId)
      .where((eb) => eb.or([eb('returned_source', 'is', null), eb('returned_source', '!=', 'flow')]))
      .executeTakeFirstOrThrow()
    recorded.push(numUpdatedRows > 0n ? 'new' : 'known')
  }
  return recorded
}
