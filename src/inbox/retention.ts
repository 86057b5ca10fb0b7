import { daysBefore } from '../plumbing/clock.ts'
import { inBatches } from '../plumbing/schedule/in-batches.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'

/**
 * Job: deletes the bodies of messages that were applied more than INBOX_BODY_DAYS ago. Their rows stay, so that a
 * repeat is still recognised.
 */
export async function forgetBodies({ db, clock, config }: Services, run: JobRun): Promise<string> {
  const before = daysBefore(clock.now(), config.keep.inboxBodyDays)
  return inBatches(run, 'inbox_body', async (most) => {
    const old = oldest(db, before, 'with body', most)
    const { numUpdatedRows } = await db
      .updateTable('inbox')
      .set({ body: null })
      .where('id', 'in', old)
      .executeTakeFirstOrThrow()
    return Number(numUpdatedRows)
  })
}

/**
 * Job: deletes the rows of messages that were applied more than INBOX_ROW_DAYS ago. A repeat after that counts as a new
 * message but still changes nothing, since payments, refunds and cards have keys of their own.
 */
export async function deleteOldEntries({ db, clock, config }: Services, run: JobRun): Promise<string> {
  const before = daysBefore(clock.now(), config.keep.inboxRowDays)
  return inBatches(run, 'inbox_row', async (most) => {
    const old = oldest(db, before, 'without body', most)
    const { numDeletedRows } = await db.deleteFrom('inbox').where('id', 'in', old).executeTakeFirstOrThrow()
    return Number(numDeletedRows)
  })
}

/** The ids of the messages that were applied first, of those applied before `before`. Each kind has an index. */
function oldest(db: Db, before: Date, kind: 'with body' | 'without body', most: number) {
  return db
    .selectFrom('inbox')
    .select('id')
    .where('applied_at', '<', before)
    .where('body', kind === 'with body' ? 'is not' : 'is', null)
    .orderBy('applied_at')
    .limit(most)
}
