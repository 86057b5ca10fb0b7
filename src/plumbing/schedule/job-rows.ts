import { type Selectable, sql, type Updateable } from 'kysely'
import type { Db } from '../storage/database.ts'
import type { JobsTable } from '../storage/schema/schedule.ts'
import type { JobParts } from './job.ts'
import { nextDue, type When } from './when.ts'

export type JobRow = Selectable<JobsTable>

/**
 * How long a lease lasts. The process that runs a job renews it three times as often; if it dies, another process takes
 * the job after this time.
 */
export const jobLeaseMs = 30_000

const lease = sql<Date>`lease_clock() + ${jobLeaseMs} * interval '1 millisecond'`
const isFree = sql<boolean>`(leased_until is null or leased_until <= lease_clock())`

/** Makes a row for each job that has none yet; it is due at the job's first time after now. */
export async function registerJobs({ db, clock }: JobParts, jobs: { name: string; when: When }[]): Promise<void> {
  const now = clock.now()
  const rows = jobs.map(({ name, when }) => ({ name, due_at: nextDue(when, now), registered_at: now }))
  await db
    .insertInto('jobs')
    .values(rows)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
}

/** Leases one of these jobs that no process runs: one that is due, or with `due or not` any of them. */
export async function leaseJob(
  { db, clock, processName }: JobParts,
  names: string[],
  isDue: 'due' | 'due or not',
): Promise<JobRow | undefined> {
  const now = clock.now()
  const taken = db
    .selectFrom('jobs')
    .select('name')
    .where('name', 'in', names)
    .where(isFree)
    .$if(isDue === 'due', (query) => query.where('due_at', '<=', now))
    .orderBy('due_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
  return db
    .updateTable('jobs')
    .set({ leased_by: processName, leased_until: lease, started_at: now })
    .where('name', '=', taken)
    .returningAll()
    .executeTakeFirst()
}

/**
 * Renews the lease, and saves `progress` when given. False: the lease has ended, and another process may have the job.
 */
export async function holdJob(
  { db, processName }: Pick<JobParts, 'db' | 'processName'>,
  name: string,
  progress?: unknown,
): Promise<boolean> {
  const held = await db
    .updateTable('jobs')
    .set({ leased_until: lease, ...(progress !== undefined && { progress: JSON.stringify(progress) }) })
    .where('name', '=', name)
    .where('leased_by', '=', processName)
    .where('leased_until', '>', sql<Date>`lease_clock()`)
    .returning('name')
    .executeTakeFirst()
  return held !== undefined
}

/** Writes how a run ended and releases the lease, unless another process has taken over the job meanwhile. */
export async function endJob(
  { db, processName }: Pick<JobParts, 'db' | 'processName'>,
  name: string,
  ended: Updateable<JobsTable>,
): Promise<void> {
  await db
    .updateTable('jobs')
    .set({ ...ended, leased_by: null, leased_until: null })
    .where('name', '=', name)
    .where('leased_by', '=', processName)
    .execute()
}

/** The rows of all jobs, by name. */
export async function jobRows(db: Db): Promise<Map<string, JobRow>> {
  const rows = await db.selectFrom('jobs').selectAll().execute()
  return new Map(rows.map((row) => [row.name, row]))
}
