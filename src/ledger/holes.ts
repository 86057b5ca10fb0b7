import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** A range of free places, including both ends. */
export type Hole = { from: number; to: number }

/** One query reads at most this many places (about 60 ms), so that a scope of millions never makes a long statement. */
const rangeSize = 200_000

/** Returns the highest held place of a scope, 0 when none is held. Reads one index entry. */
export async function highestPlace(db: Db, merchantId: number, scope: string): Promise<number> {
  const row = await db
    .selectFrom('slots')
    .select('number')
    .where('merchant_id', '=', merchantId)
    .where('scope', '=', scope)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.number ?? 0
}

/** Returns the free places of a scope from 1 to `limit`, lowest first, at most `most` of them. */
export async function findHoles(
  db: Db,
  { merchantId, scope, limit }: { merchantId: number; scope: string; limit: number },
  most: number,
): Promise<Hole[]> {
  const holes: Hole[] = []
  let found = 0
  for (let from = 1; from <= limit && found < most; from += rangeSize) {
    const to = Math.min(limit, from + rangeSize - 1)
    const { rows } = await sql<Hole>`
      select number + 1 as "from", next - 1 as "to" from (
        select number, lead(number, 1, ${to + 1}::integer) over (order by number) as next from (
          select ${from - 1}::integer as number
          union all
          select number from slots
          where merchant_id = ${merchantId} and scope = ${scope} and number between ${from} and ${to}
        ) held
      ) pairs
      where next > number + 1
      order by number
      limit ${most - found}`.execute(db)
    for (const hole of rows) {
      holes.push({ from: hole.from, to: Math.min(hole.to, hole.from + (most - found) - 1) })
      found += (holes.at(-1) as Hole).to - hole.from + 1
      if (found >= most) break
    }
  }
  return holes
}

/** Lists every place inside the holes. */
export function placesIn(holes: Hole[]): number[] {
  return holes.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))
}
