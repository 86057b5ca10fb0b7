import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** Counts stop here: beyond it a person only reads "many", and a page must not read a ledger of millions. */
export const countedAtMost = 10_000

/** `halts`: causes for which nothing is sent; `owed`: coupons that wait; `sent`: of the last 7 days. */
export type Counts = { halts: number; owed: number; sent: number }

/** Of each of these merchants that has some; from indexes, each count at most one more than `countedAtMost`. */
export async function countsOf(db: Db, ids: number[], now: Date): Promise<Map<number, Counts>> {
  const { rows } = await sql<Counts & { id: number }>`
    select m.id,
      (select count(*)::int from halts h where h.merchant_id = m.id and h.lifted_at is null) as halts,
      (select count(*)::int from (select 1 from coupons c where c.merchant_id = m.id and c.state = 'reserved'
        limit ${countedAtMost + 1}) counted) as owed,
      (select count(*)::int from (select 1 from stocks s join coupons c on c.stock_ref = s.id
        where s.merchant_id = m.id and c.state <> 'refused' and c.settled_at > ${daysBefore(now, 7)}
        limit ${countedAtMost + 1}) counted) as sent
    from merchants m where m.id = any(${ids})`.execute(db)
  return new Map(rows.map(({ id, ...counts }) => [id, counts]))
}
