import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import type { Doer } from '../operators/rights/parts.ts'
import { ofMerchant } from '../operators/rights/scope.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { Unusable } from '../plumbing/unusable.ts'
import type { Services } from '../services.ts'
import { computeDay } from './compute.ts'
import { unexplained } from './sheet.ts'
import { hashOf, type StoredDay, storedDay } from './stored.ts'
import { wholeDay } from '../plumbing/whole-day.ts'

type Parts = Pick<Services, 'db' | 'clock'>

/**
 * Compares a day once more and signs it: what is signed is frozen, with its hash. Throws `Unusable` with a sentence for
 * each thing that forbids it: the day is not over, it is signed already, files are missing, a difference has no cause.
 */
export async function signDay(
  parts: Parts,
  merchant: Merchant,
  { day, name, doer }: { day: string; name: string; doer: Doer },
): Promise<StoredDay> {
  const { db, clock } = parts
  const now = clock.now()
  if (now < wholeDay(day).end) throw new Unusable([`${shownDay(day)} is not over in Beijing`])
  const sheet = await computeDay(parts, merchant, day)
  if (!sheet) throw new Unusable([`${shownDay(day)} is signed already`])
  const faults = [
    ...sheet.missing.map((file) => `missing: ${file}`),
    ...unexplained(sheet).map(({ key, words }) => `without a cause: ${key} (${words})`),
  ]
  if (faults.length > 0) throw new Unusable(faults)
  await db.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('days')
      .select(['id', 'sheet'])
      .where('merchant_id', '=', merchant.id)
      .where('day', '=', day)
      .forUpdate()
      .executeTakeFirstOrThrow()
    // Another comparison may have come in between: only what was looked at is signed.
    if (row.sheet !== JSON.stringify(sheet)) throw new Unusable([`${shownDay(day)} was just compared anew: try again`])
    const signature = { signed_by: name, signed_at: now, sheet: row.sheet, sheet_hash: hashOf(row.sheet) }
    const signed = await trx
      .insertInto('day_signatures')
      .values({ day_id: row.id, ...signature })
      .onConflict((conflict) => conflict.column('day_id').where('reopened_at', 'is', null).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!signed) throw new Unusable([`${shownDay(day)} is signed already`])
    const after = { day: shownDay(day), name, hash: signature.sheet_hash }
    await writeAudit(trx, {
      at: now,
      by: doer,
      act: 'day_signed',
      scope: ofMerchant(merchant.id),
      subject: merchant.slug,
      after,
    })
  })
  return (await storedDay(db, merchant.id, day))!
}
