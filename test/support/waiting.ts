import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Db } from '../../src/plumbing/storage/database.ts'

/** Far longer than anything here takes to happen, and less than a test may take. */
const hangMs = 20_000

/** Resolves as soon as it is so; rejects if it never is. */
export async function until(
  isSo: () => Promise<boolean> | boolean,
  { limitMs = hangMs, everyMs = 5 } = {},
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`after ${limitMs / 1_000} s it is not so: ${isSo.toString()}`)
    await sleep(everyMs)
  }
}

/** Something that waits until it is let go. */
export type Hold = { over: Promise<void>; letGo(): void }

export function aHold(): Hold {
  let letGo = () => {}
  const over = new Promise<void>((resolve) => (letGo = resolve))
  return { over, letGo }
}

/** Resolves once `count` statements on this database wait for a lock that another transaction holds; rejects if they never do. */
export async function statementsWait(db: Db, count = 1): Promise<void> {
  await until(async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
    return (rows[0]?.waiting ?? 0) >= count
  })
}
