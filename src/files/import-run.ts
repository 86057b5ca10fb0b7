import type { Progress } from './tally.ts'

/** One run of an import, as it sees it: `signal` ends it, `progress` is what an earlier one saved. */
export type ImportRun = { signal: AbortSignal; progress: Progress | undefined; save(progress: Progress): Promise<void> }
