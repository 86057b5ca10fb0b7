import { maskText } from '../telemetry/mask-text.ts'
import type { Job, JobParts, JobRun } from './job.ts'
import { endJob, holdJob, jobLeaseMs, type JobRow } from './job-rows.ts'
import { nextDue, type When } from './when.ts'

export type Ended = { kind: 'done'; note: string } | { kind: 'failed'; error: string } | { kind: 'stopped' }

/** What runs every few minutes would fill the log; `jobs` shows its last run. */
function levelOf(when: When): 'debug' | 'info' {
  return 'everyMs' in when ? 'debug' : 'info'
}

/** Pauses after consecutive failed runs; the job runs sooner if its own time comes sooner. */
const failurePausesMs = [60_000, 300_000, 900_000, 3_600_000]

/**
 * Runs a job that this process has leased, and writes how it ended. `stop` ends it after the current step: the job
 * stays due, and its next run continues from what was saved. Throws only what the database throws at the end.
 */
export async function runJob<S extends JobParts>(
  services: S,
  job: Job<S>,
  row: JobRow,
  stop: AbortSignal,
): Promise<Ended> {
  const { log } = services
  const begunMs = performance.now()
  const ended = await actOf(services, job, row, stop)
  const tookMs = Math.round(performance.now() - begunMs)
  await endJob(services, job.name, endOf(services, job, row, ended, tookMs))
  const facts = { job: job.name, ms: tookMs }
  if (ended.kind === 'failed') log.error({ ...facts, error: ended.error }, 'job failed')
  else log[levelOf(job.when)]({ ...facts, ...(ended.kind === 'done' && { note: ended.note }) }, `job ${ended.kind}`)
  return ended
}

async function actOf<S extends JobParts>(services: S, job: Job<S>, row: JobRow, stop: AbortSignal): Promise<Ended> {
  const givenUp = new AbortController()
  const limit = setTimeout(() => givenUp.abort(new Error(`took longer than ${job.limitMs / 1_000} s`)), job.limitMs)
  const lose = () => givenUp.abort(new Error('another process has taken it over'))
  const hold = setInterval(() => {
    // A database that is away for a moment does not mean a lost lease: it lasts for three of these intervals.
    void holdJob(services, job.name).then(
      (held) => held || lose(),
      () => undefined,
    )
  }, jobLeaseMs / 3)
  const run: JobRun = {
    signal: AbortSignal.any([stop, givenUp.signal]),
    progress: row.progress ?? undefined,
    async save(progress) {
      if (!(await holdJob(services, job.name, progress))) lose()
      run.signal.throwIfAborted()
    },
  }
  try {
    // A look that was under way when the process was told to stop may still have leased it.
    stop.throwIfAborted()
    // An act that ignores its signal must not keep the lease for ever.
    return { kind: 'done', note: await Promise.race([job.act(services, run), rejectionOf(givenUp.signal)]) }
  } catch (error) {
    return stop.aborted && !givenUp.signal.aborted ? { kind: 'stopped' } : { kind: 'failed', error: wordsOf(error) }
  } finally {
    clearTimeout(limit)
    clearInterval(hold)
  }
}

function endOf<S extends JobParts>({ clock }: S, job: Job<S>, row: JobRow, ended: Ended, tookMs: number) {
  const now = clock.now()
  if (ended.kind === 'stopped') return { due_at: now }
  const due = nextDue(job.when, now)
  const facts = { ended_at: now, took_ms: tookMs }
  if (ended.kind === 'done') {
    const good = { failures: 0, last_error: null, succeeded_at: now, progress: null }
    return { ...facts, ...good, note: ended.note, due_at: due }
  }
  const pauseMs = failurePausesMs[Math.min(row.failures, failurePausesMs.length - 1)]!
  const again = new Date(Math.min(due.getTime(), now.getTime() + pauseMs))
  return { ...facts, failures: row.failures + 1, last_error: ended.error, due_at: again }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  )
}

function wordsOf(error: unknown): string {
  return maskText(error instanceof Error ? error.message : String(error)).slice(0, 500)
}
