import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import type { Doer } from '../operators/rights/parts.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { type Signature, standingSignature } from './stored.ts'

/**
 * Opens a signed day again, for a reason. What was signed stays in the history, with who opened it and why; the day is
 * compared anew from now on. Throws `Unusable` for a day that is not signed.
 */
export async function reopenDay(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  merchant: Merchant,
  { day, reason, doer }: { day: string; reason: string; doer: Doer },
): Promise<Signature> {
  return db.transaction().execute(async (trx) => {
    const standing = await standingSignature(trx, merchant.id, day)
    if (!standing) throw new Unusable([`${shownDay(day)} is not signed`])
    const now = clock.now()
    const ended = await trx
      .updateTable('day_signatures')
      .set({ reopened_by: doer.email, reopened_at: now, reopened_reason: reason })
      .where('id', '=', standing.id)
      .where('reopened_at', 'is', null)
      .returningAll()
      .executeTakeFirst()
    if (!ended) throw new Unusable([`${shownDay(day)} was just reopened`])
    const after = { day: shownDay(day), hash: standing.sheet_hash, reason }
    await writeAudit(trx, {
      at: now,
      by: doer,
      act: 'day_reopened',
      scope: ofMerchant(merchant.id),
      subject: merchant.slug,
      after,
    })
    return ended
  })
}
