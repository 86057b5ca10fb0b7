import { retiredTotal } from '../telemetry/metrics.ts'
import type { JobRun } from './job.ts'

/** Rows per statement: enough to make progress, few enough that other statements do not wait for their locks. */
export const batchSize = 5_000

/**
 * Calls `retire`, which forgets or deletes at most `batchSize` rows and returns how many, until no more are left.
 * Counts them in the metrics under `what`. When the run has to end, throws after the current batch.
 */
export async function inBatches(
  { signal }: JobRun,
  what: 'inbox_body' | 'inbox_row' | 'stock_report',
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
