import { runByHand } from '../../src/plumbing/schedule/jobs.ts'
import { jobs } from '../../src/worker.ts'
import type { Services } from '../../src/services.ts'

/** Runs a job of the schedule now, as `jobs run NAME` does; returns its line, and throws when it failed. */
export async function runNow(services: Services, name: string): Promise<string> {
  const job = jobs.find((one) => one.name === name)
  if (!job) throw new Error(`the schedule has no job ${name}`)
  const ended = await runByHand(services, job, new AbortController().signal)
  if (ended.kind !== 'done') throw new Error(`the job ${name} ended as ${JSON.stringify(ended)}`)
  return ended.note
}
