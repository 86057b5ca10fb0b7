import { expect, test } from 'vitest'
import { startNode } from '../../support/program.ts'

const openid = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o'
const telemetry = new URL('../../../src/plumbing/telemetry/', import.meta.url)

/** A process that leaves an error of PostgreSQL to itself. */
const careless = (how: string) => `
  import { openLog } from '${new URL('log.ts', telemetry).href}'
  import { endOnUncaught } from '${new URL('uncaught.ts', telemetry).href}'
  endOnUncaught(openLog('fatal'))
  const error = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (openid)=(${openid})' })
  ${how}
  setInterval(() => undefined, 60_000)`

test.each([
  ['thrown by a timer', 'setImmediate(() => { throw error })'],
  ['rejected and never awaited', 'void Promise.reject(error)'],
])('an error that nobody catches, %s, ends the process with a line like any other', async (_, how) => {
  const program = startNode(['--import', 'tsx', '--input-type=module', '-e', careless(how)], {})
  expect(await program.ended).toBe(1)
  const line = JSON.parse(program.printed()) as object
  expect(line).toMatchObject({ level: 60, err: { message: 'duplicate key', code: '23505' }, msg: 'the process ends' })
  expect(program.printed()).not.toContain(openid)
})
