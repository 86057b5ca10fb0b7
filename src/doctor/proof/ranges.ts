import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'

/** Ids of grants from `from` on, up to `below` (null: all that follow). */
export type Range = { from: string; below: string | null }

const lowest = '00000000-0000-0000-0000-000000000000'

/**
 * Splits all possible ids of grants into ranges of `size` grants each, so that one statement's memory is enough for one
 * range, however large the ledger is.
 */
export async function* grantRanges(db: Db, size: number): AsyncGenerator<Range> {
  let from = lowest
  for (;;) {
    const { rows } = await sql<{ id: string }>`
      select id from grants where id >= ${from} order by id offset ${size} limit 1`.execute(db)
    const below = rows[0]?.id ?? null
    yield { from, below }
    if (below === null) return
    from = below
  }
}
