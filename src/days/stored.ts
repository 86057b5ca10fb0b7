import type { Selectable } from 'kysely'
import { createHash } from 'node:crypto'
import type { Db } from '../plumbing/storage/database.ts'
import type { DaySignaturesTable } from '../plumbing/storage/schema.ts'
import type { Sheet } from './sheet.ts'

export type Signature = Selectable<DaySignaturesTable>

/** A day as it is kept: the last comparison, or while it is signed the one that was signed, and every signature. */
export type StoredDay = {
  id: number
  day: string
  computedAt: Date
  sheet: Sheet
  signed: Signature | undefined
  /** Oldest first, with the one that stands. */
  history: Signature[]
}

/** undefined for a day that was never compared. Throws when a signed sheet is no longer what was signed. */
export async function storedDay(db: Db, merchantId: number, day: string): Promise<StoredDay | undefined> {
  const row = await db
    .selectFrom('days')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('day', '=', day)
    .executeTakeFirst()
  if (!row) return undefined
  const history = await db.selectFrom('day_signatures').selectAll().where('day_id', '=', row.id).orderBy('id').execute()
  for (const one of history)
    if (hashOf(one.sheet) !== one.sheet_hash)
      throw new Error(`the signed sheet of ${day} was changed after it was signed`)
  const signed = history.find((one) => one.reopened_at === null)
  const sheet = JSON.parse(signed?.sheet ?? row.sheet) as Sheet
  return { id: row.id, day, computedAt: row.computed_at, sheet, signed, history }
}

/** The signature that stands; undefined for a day that is open. */
export async function standingSignature(db: Db, merchantId: number, day: string): Promise<Signature | undefined> {
  return db
    .selectFrom('day_signatures as s')
    .innerJoin('days as d', 'd.id', 's.day_id')
    .selectAll('s')
    .where('d.merchant_id', '=', merchantId)
    .where('d.day', '=', day)
    .where('s.reopened_at', 'is', null)
    .executeTakeFirst()
}

export function hashOf(sheet: string): string {
  return createHash('sha256').update(sheet).digest('hex')
}
