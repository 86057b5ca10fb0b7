import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import type { Doer } from '../operators/rights/parts.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { DifferenceCause } from '../plumbing/storage/schema.ts'
import type { Services } from '../services.ts'
import { computeDay } from './compute.ts'
import type { Sheet } from './sheet.ts'

export const causes: DifferenceCause[] = [
  'lost_answer',
  'used_after_refund',
  'foreign_sender',
  'late_file',
  'sent_by_hand',
  'unknown',
]

export type Explanation = { difference: string; cause: DifferenceCause; reason: string }

/**
 * Keeps the cause that an operator names for a difference of an open day, and returns the day with it. Earlier causes
 * stay in the history. Throws `Unusable` for a signed day, and for a difference that the day does not have.
 */
export async function explainDifference(
  parts: Pick<Services, 'db' | 'clock'>,
  merchant: Merchant,
  { day, doer, ...said }: Explanation & { day: string; doer: Doer },
): Promise<Sheet> {
  const { db, clock } = parts
  const sheet = await computeDay(parts, merchant, day)
  if (!sheet) throw new Unusable([`${shownDay(day)} is signed: reopen it first`])
  const difference = sheet.differences.find(({ key }) => key === said.difference)
  if (!difference) throw new Unusable([`${shownDay(day)} has no difference ${said.difference}`])
  const { count, fen } = difference
  const now = clock.now()
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('day_explanations')
      .values({ merchant_id: merchant.id, day, ...said, count, fen, by: doer.email, at: now })
      .execute()
    await writeAudit(trx, {
      at: now,
      by: doer,
      act: 'difference_explained',
      scope: ofMerchant(merchant.id),
      subject: merchant.slug,
      before: { cause: difference.cause },
      after: { day: shownDay(day), ...said },
    })
  })
  return (await computeDay(parts, merchant, day)) ?? sheet
}
