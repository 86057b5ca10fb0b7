import { daysBefore } from '../plumbing/clock.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { retiredTotal } from '../plumbing/telemetry/metrics.ts'
import type { Services } from '../services.ts'

/** Thirteen months: a year's books can be closed, and a complaint about last year's day can be looked into. */
const keptDays = 396
/** A file of a gigabyte has a thousand pieces. */
const filesAtOnce = 5

/** Deletes the pieces and single rows of files that were kept long enough; what they added up to stays. */
export async function forgetFiles({ db, clock }: Services, { signal }: JobRun): Promise<string> {
  const now = clock.now()
  for (let all = 0; ;) {
    signal.throwIfAborted()
    const forgotten = await forgetSome(db, daysBefore(now, keptDays), now)
    retiredTotal.inc({ what: 'wechat_file' }, forgotten)
    all += forgotten
    if (forgotten < filesAtOnce) return `${all} files`
  }
}

async function forgetSome(db: Db, before: Date, now: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const old = await trx
      .selectFrom('wechat_files')
      .select('id')
      .where('kept_at', '<', before)
      .where('forgotten_at', 'is', null)
      .limit(filesAtOnce)
      .forUpdate()
      .execute()
    const ids = old.map(({ id }) => id)
    if (ids.length === 0) return 0
    await trx.deleteFrom('wechat_file_pieces').where('file_id', 'in', ids).execute()
    await trx.deleteFrom('wechat_file_rows').where('file_id', 'in', ids).execute()
    await trx
      .updateTable('wechat_files')
      .set({ key_sealed: null, forgotten_at: now })
      .where('id', 'in', ids)
      .execute()
    return ids.length
  })
}
