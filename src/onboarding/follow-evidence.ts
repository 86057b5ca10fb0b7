import type { JobRun } from '../plumbing/schedule/job.ts'
import type { Services } from '../services.ts'
import { keepEvidence } from './keep.ts'

/** Merchants per query; each of them costs some short reads, and the run can stop between two. */
const batchSize = 100

/**
 * The job `onboarding`: writes for every merchant what real answers have proven or disproven since the last run. One
 * merchant's failure does not hold up the others: the run goes on and throws at its end. When the run has to end, throws
 * after the current merchant.
 */
export async function followEvidence({ db }: Services, { signal }: JobRun): Promise<string> {
  const errors: unknown[] = []
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
      await keepEvidence(db, id).then(
        (kept) => (moved += kept.length),
        (error: unknown) => errors.push(error),
      )
    }
    merchants += batch.length
    if (batch.length < batchSize) break
    after = batch.at(-1)!.id
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `${errors.length} of ${merchants} merchants: ${String(errors[0])}`)
  return `${merchants} merchants, ${moved} steps moved`
}
