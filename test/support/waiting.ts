import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../src/plumbing/storage/database.ts'

/** Far longer than a statement takes to come to a lock, and less than a test may take. */
const hangMs = 20_000

/** Resolves once `count` statements on this database wait for a lock that another transaction holds; rejects if they never do. */
export async function statementsWait(db: Db, count = 1): Promise<void> {
  const deadline = performance.now() + hangMs
  for (;;) {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
    const waiting = rows[0]?.waiting ?? 0
    if (waiting >= count) return
    if (performance.now() > deadline)
      throw new Error(`after ${hangMs / 1_000} s ${waiting} of ${count} statements wait for a lock`)
    await sleep(5)
  }
}
