import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** The merchant's stocks of these numbers, by number. */
export async function stocksNamed(db: Db, merchantId: number, ids: string[]): Promise<Map<string, Stock>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .where('stock_id', 'in', ids)
    .orderBy('id')
    .execute()
  return new Map(rows.map((stock) => [stock.stock_id, stock]))
}
