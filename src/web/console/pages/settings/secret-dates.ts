import type { Db } from '../../../../plumbing/storage/database.ts'

/** When each of the merchant's secrets was set; without those of which it is not known. */
export async function secretDates(db: Db, merchantId: number): Promise<Record<string, Date>> {
  const row = await db.selectFrom('merchants').select('secrets_set_at').where('id', '=', merchantId).executeTakeFirst()
  const dates = Object.entries(row?.secrets_set_at ?? {})
  return Object.fromEntries(dates.map(([name, at]) => [name, new Date(at)]))
}
