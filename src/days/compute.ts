import type { Merchant } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import { withExplanations } from './explanations.ts'
import { filesOfDay } from './files.ts'
import { lateFacts } from './late-facts.ts'
import { comparePayments } from './payments.ts'
import { compareReturns } from './returns.ts'
import { compareSent } from './sent.ts'
import type { Sheet } from './sheet.ts'
import { stocksOfDay } from './stocks-of-day.ts'
import { standingSignature } from './stored.ts'
import { compareUses } from './uses.ts'
import { wholeDay } from '../plumbing/whole-day.ts'

/**
 * Compares the Beijing day `20261101` of a merchant and keeps the comparison. A day that is signed is not compared again:
 * then undefined. Throws what the database throws.
 */
export async function computeDay(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  merchant: Merchant,
  day: string,
): Promise<Sheet | undefined> {
  if (await standingSignature(db, merchant.id, day)) return undefined
  // One snapshot: what arrives meanwhile belongs to the next comparison.
  const sheet = await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((trx) => compareDay(trx, merchant, day))
  const row = { computed_at: clock.now(), sheet: JSON.stringify(sheet) }
  await db
    .insertInto('days')
    .values({ merchant_id: merchant.id, day, ...row })
    .onConflict((conflict) => conflict.columns(['merchant_id', 'day']).doUpdateSet(row))
    .execute()
  return sheet
}

/** Compares a day, and keeps nothing. */
async function compareDay(db: Db, merchant: Merchant, day: string): Promise<Sheet> {
  const whole = wholeDay(day)
  const stocks = await stocksOfDay(db, merchant.id, whole)
  const mchids = merchant.accounts.map((account) => account.mchid)
  // Of a stock that nobody has got a coupon of there is no flow; of another creator's only the creator gets it.
  const withFlows = stocks.filter(
    (stock) => stock.is_given && merchant.accounts.some(({ mchid, keys }) => mchid === stock.creator_mchid && keys),
  )
  const { files, missing, differences } = await filesOfDay(db, merchant, withFlows, whole)
  const compared = [
    await compareSent(db, merchant.id, stocks, whole),
    await compareUses(db, merchant.id, withFlows, whole),
    await compareReturns(db, merchant.id, withFlows, whole),
    ...(await comparePayments(db, merchant.id, mchids, whole)),
  ]
  const all = [
    ...differences,
    ...compared.flatMap((one) => one.differences),
    ...(await lateFacts(db, merchant.id, whole)),
  ]
  return {
    merchant: merchant.slug,
    day,
    lines: compared.map(({ line }) => line),
    differences: await withExplanations(db, merchant.id, day, all),
    files,
    missing,
    notes: compared.flatMap(({ notes = [] }) => notes),
  }
}
