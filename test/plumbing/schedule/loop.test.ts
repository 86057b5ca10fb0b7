import { expect, test, vi } from 'vitest'
import { openLoop } from '../../../src/plumbing/schedule/loop.ts'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'

const log = openLog('silent')
/** Long enough that only a wake can be the reason for a second look. */
const never = 3_600_000

/** A look that a test lets go on, and how many there were. */
function looks() {
  const begun: ((found?: 'more') => void)[] = []
  const look = () => new Promise<'more' | void>((resolve) => void begun.push(resolve))
  const nth = (count: number) => vi.waitFor(() => expect(begun).toHaveLength(count))
  return { begun, look, nth }
}

test('looks again at once while there is more, and then only when it is woken', async () => {
  const { begun, look, nth } = looks()
  const loop = openLoop({ name: 'one', everyMs: never, look, log })
  loop.start()
  await nth(1)
  begun[0]!('more')
  await nth(2)
  begun[1]!()
  loop.wake()
  await nth(3)
  begun[2]!()
  await loop.stop()
  expect(begun).toHaveLength(3)
})

test('a wake during a look is not lost', async () => {
  const { begun, look, nth } = looks()
  const loop = openLoop({ name: 'one', everyMs: never, look, log })
  loop.start()
  await nth(1)
  loop.wake()
  begun[0]!()
  await nth(2)
  begun[1]!()
  await loop.stop()
})

test('looks without being woken, too', async () => {
  let count = 0
  const loop = openLoop({ name: 'one', everyMs: 1, look: async () => void (count += 1), log })
  loop.start()
  await vi.waitFor(() => expect(count).toBeGreaterThan(2))
  await loop.stop()
})

test('stops after the look under way, and says how long ago it began to look', async () => {
  const { begun, look, nth } = looks()
  const loop = openLoop({ name: 'one', everyMs: never, look, log })
  expect(loop.sinceLookMs()).toBeUndefined()
  loop.start()
  await nth(1)
  expect(loop.sinceLookMs()).toBeGreaterThanOrEqual(0)
  const stopped = loop.stop()
  begun[0]!('more')
  await stopped
  expect(begun).toHaveLength(1)
})

test('a look that fails is said once, pauses whatever wakes it, and is said to go on', async () => {
  const lines: string[] = []
  const spied = Object.assign(Object.create(log) as typeof log, {
    error: (_: object, line: string) => void lines.push(line),
    info: (line: string) => void lines.push(line),
  })
  let failures = 0
  const look = async () => {
    if (failures++ >= 2) return
    loop.wake()
    throw new Error('away')
  }
  const loop = openLoop({ name: 'one', everyMs: never, look, log: spied })
  loop.start()
  await vi.waitFor(() => expect(lines).toHaveLength(2), { timeout: 10_000 })
  await loop.stop()
  expect(lines).toEqual(['one failed', 'one goes on'])
})
