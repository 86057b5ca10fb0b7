import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../../src/cli/run.ts'
import { jobs } from '../../src/worker.ts'
import { openTestServices } from '../support/services.ts'
import { aTrigger } from '../support/triggers.ts'

let services: Awaited<ReturnType<typeof openTestServices>>
beforeAll(async () => void (services = await openTestServices({ redis: false })))
afterAll(() => services[Symbol.asyncDispose]())

async function run(...args: string[]) {
  let [out, err] = ['', '']
  const output = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) }
  const env = {
    DATABASE_URL: services.config.databaseUrl,
    MASTER_KEY: services.config.masterKeys[0]!.toString('base64'),
  }
  const code = await runCli(args, output, { ...env, COOKIE_KEYS: services.config.cookieKeys[0] })
  return { code, out, err }
}

test('an operator sees what runs by itself before a worker has ever started', async () => {
  const { code, out } = await run('jobs')
  expect(code).toBe(0)
  expect(out).toContain('✓ inbox-bodies  daily at 03:10 Beijing')
  expect(out).toContain('not run yet')
  expect(out).toContain('no worker has started yet')
})

test('an operator runs a job by hand, and sees when it ran and when it runs next', async () => {
  expect(await run('jobs', 'run', 'attempts')).toEqual({ code: 0, out: 'attempts: 0 rows\n', err: '' })
  const list = JSON.parse((await run('jobs', '--json')).out) as Record<string, unknown>[]
  expect(list.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name))
  const attempts = list.find(({ name }) => name === 'attempts')
  expect(attempts).toMatchObject({ note: '0 rows', failures: 0, last_error: null, running_by: null })
  expect(Date.parse(attempts!.next_at as string)).toBeGreaterThan(Date.now())
})

test('a job that fails shows its reason, in both commands', async () => {
  await services.db.schema.alterTable('attempts').renameTo('elsewhere').execute()
  const failed = await run('jobs', 'run', 'attempts')
  await services.db.schema.alterTable('elsewhere').renameTo('attempts').execute()
  expect(failed).toMatchObject({ code: 1, err: 'attempts failed: relation "attempts" does not exist\n' })
  expect((await run('jobs')).out).toMatch(/✗ attempts .*\n.*relation "attempts" does not exist \(failed 1 times\)/)
})

test('what another program says of a member is masked, since the output of commands is kept too', async () => {
  const refusal = `raise exception 'no row for oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'`
  await using _ = await aTrigger(services.db, 'before insert on jobs', refusal)
  expect(await run('jobs', 'run', 'attempts')).toMatchObject({ code: 1, err: 'no row for o***eS6o\n' })
})

test('a job that there is not is refused with the names of those there are', async () => {
  const { code, err } = await run('jobs', 'run', 'nothing')
  expect(code).toBe(1)
  expect(err).toBe(
    'there is no job nothing; there are: stocks, missing-orders, member-caps, stock-reports, bills, flows, files, coupon-states, inbox-bodies, inbox-rows, attempts, sessions, onboarding, key-ends, days, notices\n',
  )
})
