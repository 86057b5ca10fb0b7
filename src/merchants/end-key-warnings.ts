import { type Selectable, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { AccountsTable } from '../plumbing/storage/schema.ts'

type Row = Selectable<AccountsTable>

/** Ends the warnings about keys that have just been replaced; the job `key-ends` begins those about the new ones. */
export async function endKeyWarnings(db: Db, before: Row, after: Partial<Row>, now: Date): Promise<void> {
  const isRenewed = before.certificate !== after.certificate
  const isSwitched = before.public_key_id !== after.public_key_id
  const kinds = [
    ...(isRenewed ? ['certificate_ends', 'certificate_ended'] : []),
    ...(isSwitched ? ['platform_certificate_ends', 'platform_certificate_ended'] : []),
  ]
  if (kinds.length === 0) return
  await db
    .updateTable('warnings')
    .set({ until: sql<Date>`greatest(since, ${now})` })
    .where('merchant_id', '=', before.merchant_id)
    .where('subject', '=', before.mchid)
    .where('kind', 'in', kinds)
    .where('until', 'is', null)
    .execute()
}
