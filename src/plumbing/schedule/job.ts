import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Db } from '../storage/database.ts'
import type { When } from './when.ts'

/** What of a process's services the schedule itself needs. */
export type JobParts = { db: Db; clock: Clock; log: Logger; processName: string }

/** Work that must run once over all processes. */
export type Job<S extends JobParts> = {
  name: string
  when: When
  /** Longer than a run ever takes when it is well: then it is given up, counts as failed, and its lease is let go. */
  limitMs: number
  /** Does the work in small steps; returns one line about what was done. Throws what went wrong. */
  act: (services: S, run: JobRun) => Promise<string>
}

/** One run of a job, as its act sees it. */
export type JobRun = {
  /** Aborted when the process stops, the time is up or the lease is lost: end after the step in hand, by throwing. */
  signal: AbortSignal
  /** What the last run saved that did not come to its end; undefined for a run from the beginning. */
  progress: unknown
  /** Keeps how far it has come, as JSON. Throws when another process has taken the job over. */
  save(progress: unknown): Promise<void>
}
