import { sql } from 'kysely'
import { release } from '../release.ts'
import type { ProcessesTable } from '../storage/schema/schedule.ts'
import type { JobParts } from './job.ts'
import { type Loop, openLoop } from './loop.ts'

/** The row of a process that crashed is deleted after this time; until then the row shows since when it is missing. */
const forgottenAfter = sql`interval '1 day'`

/** Writes in the table `processes` that this process runs and which release it has; deletes its row when it stops. */
export function openPresence(parts: JobParts, role: ProcessesTable['role'], everyMs: number): Loop {
  const { db, clock, log, processName } = parts
  const startedAt = clock.now()

  async function look(): Promise<void> {
    const seen = { role, release, started_at: startedAt, seen_at: sql<Date>`lease_clock()` }
    await db
      .insertInto('processes')
      .values({ name: processName, ...seen })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ seen_at: seen.seen_at }))
      .execute()
    await sql`delete from processes where seen_at < lease_clock() - ${forgottenAfter}`.execute(db)
  }

  const loop = openLoop({ name: 'presence', everyMs, look, log })
  return {
    ...loop,
    async stop() {
      await loop.stop()
      await db
        .deleteFrom('processes')
        .where('name', '=', processName)
        .execute()
        .catch(() => undefined)
    },
  }
}
