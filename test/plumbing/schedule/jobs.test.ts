import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Job, JobRun } from '../../../src/plumbing/schedule/job.ts'
import { jobLeaseMs, jobRows, leaseJob } from '../../../src/plumbing/schedule/job-rows.ts'
import { openJobsLoop, runByHand } from '../../../src/plumbing/schedule/jobs.ts'
import { daily } from '../../../src/plumbing/schedule/when.ts'
import type { Services } from '../../../src/services.ts'
import { openTestServices } from '../../support/services.ts'

const start = Date.parse('2026-11-25T01:00:00Z')
let nowMs = start
const clock = { now: () => new Date(nowMs) }
let services: Awaited<ReturnType<typeof openTestServices>>
let other: Awaited<ReturnType<typeof openTestServices>>

beforeAll(async () => {
  services = await openTestServices({ clock, redis: false, processName: 'one' })
  other = await openTestServices({ clock, redis: false, processName: 'other', config: services.config })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})
beforeEach(async () => {
  nowMs = start
  await services.db.deleteFrom('jobs').execute()
})

type Act = Job<Services>['act']
const aJob = (act: Act, limitMs = 60_000): Job<Services> => ({ name: 'bills', when: daily('10:00'), limitMs, act })
const row = async () => (await jobRows(services.db)).get('bills')!
const due = Date.parse('2026-11-25T02:00:00Z')
const nobody = new AbortController().signal

/** A process whose loop looks all the time, until the test is over. */
function runs(job: Job<Services>, process: Services = services, ...others: Job<Services>[]) {
  const loop = openJobsLoop(process, [job, ...others], 5)
  loop.start()
  return { [Symbol.asyncDispose]: () => loop.stop(), stop: () => loop.stop() }
}
const registered = () => vi.waitFor(async () => expect(await row()).toBeDefined())

describe('a job', () => {
  test('that fails keeps the words of its error, without the member in them', async () => {
    const act = () => Promise.reject(new Error('no row for oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'))
    expect(await runByHand(services, aJob(act), nobody)).toEqual({ kind: 'failed', error: 'no row for o***eS6o' })
    expect(await row()).toMatchObject({ last_error: 'no row for o***eS6o' })
  })

  test('runs once over two processes when its time has come, and is due again the next day', async () => {
    const ran: string[] = []
    const act =
      (name: string): Act =>
      async () => {
        ran.push(name)
        return '3 files'
      }
    await using one = runs(aJob(act('one')))
    await using two = runs(aJob(act('other')), other)
    await registered()
    expect(ran).toEqual([])
    nowMs = due
    await vi.waitFor(async () => expect((await row()).succeeded_at).toEqual(new Date(due)))
    await Promise.all([one.stop(), two.stop()])
    expect(ran).toHaveLength(1)
    expect(await row()).toMatchObject({ note: '3 files', failures: 0, last_error: null, leased_by: null })
    expect((await row()).due_at).toEqual(new Date('2026-11-26T02:00:00Z'))
  })

  test('that was due while no worker ran is run at once, however late', async () => {
    await using first = runs(aJob(async () => 'never'))
    await registered()
    await first.stop()
    nowMs = Date.parse('2026-11-28T15:00:00Z')
    await using late = runs(aJob(async () => 'late'))
    await vi.waitFor(async () => expect((await row()).note).toBe('late'))
    await late.stop()
    expect((await row()).due_at).toEqual(new Date('2026-11-29T02:00:00Z'))
  })

  test('that fails is tried again after longer and longer pauses, and says why', async () => {
    let failures = 0
    const act: Act = async () => {
      if (failures++ < 2) throw new Error('WeChat has no bill yet')
      return 'there it is'
    }
    await using loop = runs(aJob(act))
    await registered()
    nowMs = due
    await vi.waitFor(async () => expect((await row()).failures).toBe(1))
    expect(await row()).toMatchObject({ last_error: 'WeChat has no bill yet', due_at: new Date(due + 60_000) })
    nowMs += 60_000
    await vi.waitFor(async () => expect((await row()).failures).toBe(2))
    expect((await row()).due_at).toEqual(new Date(nowMs + 300_000))
    nowMs += 300_000
    await vi.waitFor(async () => expect((await row()).note).toBe('there it is'))
    await loop.stop()
    expect(await row()).toMatchObject({ failures: 0, last_error: null, due_at: new Date('2026-11-26T02:00:00Z') })
  })

  test('that takes too long is given up, even if it does not listen', async () => {
    let release = () => {}
    const act: Act = () => new Promise((resolve) => (release = () => resolve('too late')))
    expect(await runByHand(services, aJob(act, 20), nobody)).toEqual({
      kind: 'failed',
      error: 'took longer than 0.02 s',
    })
    release()
    expect(await row()).toMatchObject({ failures: 1, leased_by: null, note: null })
  })
})

describe('a run that is ended', () => {
  const inSteps =
    (begun: unknown[], act: (run: JobRun) => Promise<string>): Act =>
    (_, run) => {
      begun.push(run.progress)
      return act(run)
    }

  test('by the end of its process goes on elsewhere from what it saved', async () => {
    const begun: unknown[] = []
    const untilStopped = async ({ save, signal }: JobRun) => {
      await save({ files: 2 })
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      signal.throwIfAborted()
      return ''
    }
    await using first = runs(aJob(inSteps(begun, untilStopped)))
    await registered()
    nowMs = due
    await vi.waitFor(async () => expect((await row()).progress).toEqual({ files: 2 }))
    await first.stop()
    expect(await row()).toMatchObject({ leased_by: null, failures: 0, last_error: null })
    await using second = runs(aJob(inSteps(begun, async () => 'all')), other)
    await vi.waitFor(async () => expect((await row()).note).toBe('all'))
    await second.stop()
    expect(begun).toEqual([undefined, { files: 2 }])
    expect((await row()).progress).toBeNull()
  })

  test('by the death of its process goes on elsewhere when the lease is over', async () => {
    const begun: unknown[] = []
    await using first = runs(aJob(async () => ''))
    await registered()
    await first.stop()
    nowMs = due
    await leaseJob(services, ['bills'], 'due')
    await services.db
      .updateTable('jobs')
      .set({ progress: JSON.stringify({ files: 5 }) })
      .execute()
    expect(await leaseJob(other, ['bills'], 'due')).toBeUndefined()
    await services.db
      .updateTable('jobs')
      .set({ leased_until: new Date(Date.now() - jobLeaseMs) })
      .execute()
    await using second = runs(aJob(inSteps(begun, async () => 'all')), other)
    await vi.waitFor(async () => expect((await row()).note).toBe('all'))
    await second.stop()
    expect(begun).toEqual([{ files: 5 }])
  })

  test('by a stall that outlived its lease is not begun a second time in the same process', async () => {
    const begun: unknown[] = []
    let finish: (note: string) => void = () => {}
    const stalled = aJob(inSteps(begun, () => new Promise((resolve) => (finish = resolve))))
    const marker = { ...aJob(async () => 'seen'), name: 'marker', when: daily('11:00') }
    await using loop = runs(stalled, services, marker)
    await registered()
    nowMs = due
    await vi.waitFor(() => expect(begun).toHaveLength(1))
    await services.db
      .updateTable('jobs')
      .set({ leased_until: new Date(0) })
      .execute()
    // When the next job has run, the loop has looked with the lease run out.
    nowMs = due + 3_600_000
    await vi.waitFor(async () => expect((await jobRows(services.db)).get('marker')!.note).toBe('seen'))
    expect(begun).toHaveLength(1)
    finish('once')
    await vi.waitFor(async () => expect((await row()).note).toBe('once'))
    await loop.stop()
  })

  test('by another process that took it over saves nothing and writes no end', async () => {
    const act: Act = async (_, { save }) => {
      await services.db.updateTable('jobs').set({ leased_by: 'other' }).execute()
      await save({ files: 9 })
      return 'mine'
    }
    expect(await runByHand(services, aJob(act), nobody)).toEqual({
      kind: 'failed',
      error: 'another process has taken it over',
    })
    expect(await row()).toMatchObject({ leased_by: 'other', progress: null, note: null, failures: 0 })
  })
})

describe('by hand', () => {
  test('a job runs before its time', async () => {
    expect(
      await runByHand(
        services,
        aJob(async () => 'done'),
        nobody,
      ),
    ).toEqual({ kind: 'done', note: 'done' })
    expect(await row()).toMatchObject({ note: 'done', due_at: new Date(due) })
  })

  test('one that runs elsewhere at this moment is waited for', async () => {
    let finish: (note: string) => void = () => {}
    const slow = aJob(() => new Promise((resolve) => (finish = resolve)))
    const elsewhere = runByHand(other, slow, nobody)
    await vi.waitFor(async () => expect((await row())?.leased_by).toBe('other'))
    let looks = 0
    const watched = { ...services, clock: { now: () => ((looks += 1), clock.now()) } }
    const asked = runByHand(
      watched,
      aJob(async () => 'a second run'),
      nobody,
    )
    // The first is for the row, the second for the lease that it does not get.
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(2))
    nowMs += 1_000
    finish('the run elsewhere')
    expect(await elsewhere).toEqual({ kind: 'done', note: 'the run elsewhere' })
    expect(await asked).toEqual({ kind: 'done', note: 'the run elsewhere' })
  })
})
