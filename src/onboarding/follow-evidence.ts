import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'
import { keepEvidence } from './keep.ts'

/** Merchants per query; each of them costs some short reads, and the run can stop between two. */
const batchSize = 100

/**
 * The job `onboarding`: writes for every merchant what real answers have proven or disproven since the last run. When
 * the run has to end, throws after the current merchant.
 */
export async function followEvidence({ db }: Services, { signal }: JobRun): Promise<string> {
  let [merchants, moved] = [0, 0]
  for (let after = 0; ;) {
    const batch = await db
      .selectFrom('merchants')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(batchSize)
      .execute()
    for (const { id } of batch) {
      signal.throwIfAborted()
      moved += (await keepEvidence(db, id)).length
    }
    merchants += batch.length
    if (batch.length < batchSize) return `${merchants} merchants, ${moved} steps moved`
    after = batch.at(-1)!.id
  }
}
