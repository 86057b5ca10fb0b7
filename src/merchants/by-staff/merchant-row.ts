import type { Selectable, Updateable } from 'kysely'
import { type Deed, writeAudit } from '../../operators/audit/write.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import type { MerchantsTable } from '../../plumbing/storage/schema.ts'
import type { Merchant } from '../merchant.ts'
import type { Parts } from './parts.ts'

type Row = Selectable<MerchantsTable>
type Change = {
  columns: Updateable<MerchantsTable>
  deed: Pick<Deed, 'act' | 'before' | 'after'>
}

/** Changes the merchant's row, as it is now, and writes the audit's row of it in the same transaction. */
export async function changeMerchantRow(
  { db, clock, catalog }: Pick<Parts, 'db' | 'clock' | 'catalog'>,
  person: Person,
  { id, slug }: Pick<Merchant, 'id' | 'slug'>,
  change: (row: Row) => Change,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom('merchants').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow()
    const { columns, deed } = change(row)
    const at = clock.now()
    const set = { ...columns, updated_at: after(row.updated_at, at) }
    await trx.updateTable('merchants').set(set).where('id', '=', id).execute()
    await writeAudit(trx, { at, by: doerOf(person), scope: ofMerchant(id), subject: slug, ...deed })
  })
  catalog.forget()
}

/** `now`, but after `before`: what is kept in memory is known by this time, so two changes must not share one. */
export function after(before: Date | undefined, now: Date): Date {
  return new Date(Math.max(now.getTime(), (before?.getTime() ?? 0) + 1))
}
