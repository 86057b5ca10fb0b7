import type { ColumnType, Generated } from 'kysely'
import type { Time } from './column.ts'

/** Work that runs once over all processes: when it is due, which process runs it, and how its last run ended. */
export type JobsTable = {
  name: string
  due_at: Time
  leased_by: string | null
  /** By the database's clock. */
  leased_until: Time | null
  /** What an unfinished run has saved. */
  progress: ColumnType<unknown, string | null, string | null>
  /** Consecutive failed runs. */
  failures: Generated<number>
  started_at: Time | null
  ended_at: Time | null
  /** How long the last run took, by a monotonic clock. */
  took_ms: number | null
  succeeded_at: Time | null
  /** The line that the last successful run returned. */
  note: string | null
  /** Why the last run failed; null when it did not. */
  last_error: string | null
  registered_at: Time
}

/** A process that runs, or one that crashed within the last day. */
export type ProcessesTable = {
  name: string
  role: 'all' | 'web' | 'worker'
  release: string
  started_at: Time
  /** By the database's clock. */
  seen_at: Time
}
