import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import { batchSize } from '../plumbing/schedule/in-batches.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { retiredTotal } from '../plumbing/telemetry/metrics.ts'
import type { Services } from '../services.ts'

/**
 * Job: deletes failed tries that are older than ATTEMPT_DAYS; if their coupon was sent in the end, already after
 * ATTEMPT_OF_SENT_DAYS. Tries of a coupon that is still owed stay, however old, since they are needed to clear up a
 * doubt. Walks all tries in the order in which they were made, and continues where an interrupted run stopped.
 */
export async function deleteOldAttempts({ db, clock, config }: Services, run: JobRun): Promise<string> {
  const now = clock.now()
  const before = daysBefore(now, config.keep.attemptDays)
  const beforeOfSent = daysBefore(now, config.keep.attemptOfSentDays)
  let { after, deleted } = (run.progress ?? { after: 0, deleted: 0 }) as { after: number; deleted: number }
  for (;;) {
    const batch = await deleteAmongNext(db, after, before, beforeOfSent)
    if (batch.last === null) return `${deleted} rows`
    retiredTotal.inc({ what: 'attempt' }, batch.deleted)
    after = batch.last
    deleted += batch.deleted
    await run.save({ after, deleted })
  }
}

/**
 * Handles the next tries that are old enough for either limit. `last`: the last one's id, null when there were none.
 */
async function deleteAmongNext(db: Db, after: number, before: Date, beforeOfSent: Date) {
  const { rows } = await sql<{ last: number | null; deleted: number }>`
    with next as (
      select id, at, coupon_row from attempts
      where id > ${after} and at < ${beforeOfSent > before ? beforeOfSent : before} order by id limit ${batchSize}
    ), deleted as (
      delete from attempts where id in (
        select next.id from next join coupons on coupons.id = next.coupon_row
        where coupons.state <> 'reserved' and next.at < case coupons.state when 'sent' then ${beforeOfSent}::timestamptz
          else ${before}::timestamptz end)
      returning id
    )
    select (select max(id) from next) as last, (select count(*) from deleted) as deleted`.execute(db)
  const { last, deleted } = rows[0]!
  return { last, deleted: Number(deleted) }
}
