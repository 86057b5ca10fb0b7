import { retiredTotal } from '../telemetry/metrics.ts'
import type { JobRun } from './job.ts'

/** Rows of one statement: enough to get on, few enough that nobody waits for their locks (`docs/operator`). */
export const batchSize = 5_000

/**
 * Calls `retire`, which forgets or deletes at most `batchSize` rows and returns how many, until there are no more. Counts
 * them in the metrics under `what`. Throws when the run is to end, after the batch in hand.
 */
export async function inBatches(
  { signal }: JobRun,
  what: 'inbox_body' | 'inbox_row',
  retire: (most: number) => Promise<number>,
): Promise<string> {
  for (let all = 0; ;) {
    signal.throwIfAborted()
    const retired = await retire(batchSize)
    retiredTotal.inc({ what }, retired)
    all += retired
    if (retired < batchSize) return `${all} rows`
  }
}
