import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import { inBatches } from '../plumbing/schedule/in-batches.ts'
import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'

/** A stock lives for at most 90 days and is made at most a year before (docs/wechat/pay-v3.md 2.1). */
const keptDays = 460

/** Job: deletes what WeChat reported of stocks so long ago that none of them can be in use. */
export async function deleteOldReports({ db, clock }: Services, run: JobRun): Promise<string> {
  const before = daysBefore(clock.now(), keptDays)
  return inBatches(run, 'stock_report', async (most) => {
    const { numAffectedRows = 0n } = await sql`
      delete from stock_reports where (stock_ref, at) in (
        select stock_ref, at from stock_reports where at < ${before} limit ${most})`.execute(db)
    return Number(numAffectedRows)
  })
}
