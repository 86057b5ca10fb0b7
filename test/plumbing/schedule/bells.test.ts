import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Bells, openBells } from '../../../src/plumbing/schedule/bells.ts'
import { openLog } from '../../../src/plumbing/telemetry/log.ts'
import { startRedis, type TestServer } from '../../support/servers.ts'

let redis: TestServer
const open: { bells: Bells; connection: Redis }[] = []
beforeAll(async () => void (redis = await startRedis()))
afterAll(async () => {
  for (const { bells, connection } of open) {
    bells.close()
    connection.disconnect()
  }
  await redis.stop()
})

function aProcess(name: string): Bells {
  const connection = new Redis(redis.url)
  connection.on('error', () => undefined)
  const bells = openBells(connection, name, openLog('silent'))
  open.push({ bells, connection })
  return bells
}

/** Rings until it is heard: a subscription takes a moment. */
const heard = (bells: Bells, act: () => number) =>
  vi.waitFor(() => {
    bells.ring('delivery')
    expect(act()).toBeGreaterThan(0)
  })

test('a bell rings in its own process at once, and in another by Redis; nobody hears another bell', async () => {
  const [web, worker] = [aProcess('web'), aProcess('worker')]
  let own = 0
  let there = 0
  let inbox = 0
  web.onRing('delivery', () => (own += 1))
  worker.onRing('delivery', () => (there += 1))
  worker.onRing('inbox', () => (inbox += 1))
  web.ring('delivery')
  expect(own).toBe(1)
  await heard(web, () => there)
  expect(inbox).toBe(0)
})

test('a thousand rings of a crowd are heard twice elsewhere, and the last one is among them', async () => {
  // The second web process has not rung yet, so it makes no pause at the first of its rings.
  const [web, crowded, worker] = [aProcess('web'), aProcess('crowded web'), aProcess('worker')]
  let there = 0
  worker.onRing('delivery', () => (there += 1))
  await heard(web, () => there)
  await vi.waitFor(async () => expect(await quietNow(web, () => there)).toBe(true))
  const before = there
  for (let ring = 0; ring < 1_000; ring += 1) crowded.ring('delivery')
  await vi.waitFor(() => expect(there - before).toBe(2))
})

/** Nothing of earlier rings is on its way: a ring is heard exactly twice, at once and after the pause. */
async function quietNow(bells: Bells, count: () => number): Promise<boolean> {
  const before = count()
  bells.ring('delivery')
  bells.ring('delivery')
  await vi.waitFor(() => expect(count() - before).toBeGreaterThanOrEqual(2))
  return count() - before === 2
}

test('whoever has stopped listening hears nothing more', () => {
  const bells = openBells(undefined, 'alone', openLog('silent'))
  let heardTimes = 0
  const stop = bells.onRing('inbox', () => (heardTimes += 1))
  bells.ring('inbox')
  stop()
  bells.ring('inbox')
  bells.close()
  expect(heardTimes).toBe(1)
})

test('a Redis that was away is heard again when it is back', async () => {
  const [web, worker] = [aProcess('web'), aProcess('worker')]
  let there = 0
  worker.onRing('delivery', () => (there += 1))
  await heard(web, () => there)
  await redis.kill()
  web.ring('delivery')
  await redis.start()
  const before = there
  await vi.waitFor(
    () => {
      web.ring('delivery')
      expect(there).toBeGreaterThan(before)
    },
    { timeout: 20_000 },
  )
})
