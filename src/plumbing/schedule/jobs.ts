import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, JobParts } from './job.ts'
import { jobRows, leaseJob, registerJobs } from './job-rows.ts'
import { type Loop, openLoop } from './loop.ts'
import { type Ended, runJob } from './run-job.ts'

/** How many jobs one process runs at a time. */
const mostAtOnce = 2

/** Looks for due jobs and runs them. Any number of processes may do so: each run belongs to one of them. */
export function openJobsLoop<S extends JobParts>(services: S, jobs: Job<S>[], everyMs: number): Loop {
  const { log } = services
  const stopping = new AbortController()
  const running = new Map<string, Promise<void>>()
  let registered = false

  async function look() {
    if (!registered) await registerJobs(services, jobs)
    registered = true
    // A lease belongs to the process. If it ran out during a stall, this process must not run the job a second time.
    const idle = jobs.filter(({ name }) => !running.has(name))
    if (idle.length === 0 || running.size >= mostAtOnce) return 'nothing'
    const row = await leaseJob(services, namesOf(idle), 'due')
    if (!row) return 'nothing'
    const job = idle.find(({ name }) => name === row.name)!
    const run = runJob(services, job, row, stopping.signal)
      // The lease then expires, and the job is run again.
      .catch((error: Error) => log.error({ job: row.name, error: error.message }, 'the end of a job was not written'))
      .then(() => void running.delete(row.name))
    running.set(row.name, run)
    return 'more'
  }

  const loop = openLoop({ name: 'jobs', everyMs, look, log })
  return {
    ...loop,
    async stop() {
      stopping.abort(new Error('the process stops'))
      await loop.stop()
      await Promise.all(running.values())
    },
  }
}

const lookAgainMs = 500

/** Runs a job at once, due or not. If another process is running it, waits for the end of that run instead. */
export async function runByHand<S extends JobParts>(services: S, job: Job<S>, stop: AbortSignal): Promise<Ended> {
  await registerJobs(services, [job])
  const rowNow = async () => (await jobRows(services.db)).get(job.name)!
  const { ended_at: before } = await rowNow()
  for (;;) {
    const known = await rowNow()
    if (known.ended_at?.getTime() !== before?.getTime()) return endOf(known)
    const row = await leaseJob(services, [job.name], 'due or not')
    if (row) return runJob(services, job, row, stop)
    await sleep(lookAgainMs, undefined, { signal: stop })
  }
}

function endOf({ last_error, note }: { last_error: string | null; note: string | null }): Ended {
  return last_error === null ? { kind: 'done', note: note ?? '' } : { kind: 'failed', error: last_error }
}

function namesOf(jobs: { name: string }[]): string[] {
  return jobs.map(({ name }) => name)
}
