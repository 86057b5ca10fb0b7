import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Db } from '../storage/database.ts'
import type { When } from './when.ts'

/** The services that the schedule itself needs. */
export type JobParts = { db: Db; clock: Clock; log: Logger; processName: string }

/** Work that one process at a time does for all processes. */
export type Job<S extends JobParts> = {
  name: string
  when: When
  /**
   * Longer than a healthy run ever takes: a run that takes longer is abandoned and counts as failed, and its lease is
   * released.
   */
  limitMs: number
  /** Does the work in small steps; returns one line about what was done. Throws when something went wrong. */
  act: (services: S, run: JobRun) => Promise<string>
}

/** One run of a job, as `act` sees it. */
export type JobRun = {
  /**
   * Aborted when the process stops, the time limit is reached or the lease is lost: finish the current step, then
   * throw.
   */
  signal: AbortSignal
  /** What the last run saved if it did not finish; undefined when this run starts from the beginning. */
  progress: unknown
  /** Saves how far the run has come, as JSON. Throws when another process has taken over the job. */
  save(progress: unknown): Promise<void>
}
