import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openTurnQueue } from '../../src/pace/turn-queue.ts'
import { openMemoryTurns } from '../../src/pace/memory-turns.ts'
import { movableClock } from '../support/clock.ts'

/** Time by hand: an event loop that is busy sees its timers late, all at the same moment. */
let nowMs = 0
let timers: { id: number; at: number; act: () => void }[] = []
beforeEach(() => {
  nowMs = 0
  timers = []
  let ids = 0
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  vi.stubGlobal('setTimeout', (act: () => void, ms: number) => {
    timers.push({ id: (ids += 1), at: nowMs + ms, act })
    return ids
  })
  vi.stubGlobal('clearTimeout', (id: number) => (timers = timers.filter((timer) => timer.id !== id)))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

async function pass(ms: number): Promise<void> {
  nowMs += ms
  const due = timers.filter(({ at }) => at <= nowMs)
  timers = timers.filter(({ at }) => at > nowMs)
  for (const { act } of due) act()
  // Whoever waited goes on before more time passes.
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

/** The most that fall into any one second. */
function mostInASecond(moments: number[]): number {
  return Math.max(...moments.map((from) => moments.filter((at) => at >= from && at < from + 1_000).length))
}

test('no second ever sees more sends than the rate, however long the event loop is busy now and then', async () => {
  const [rate, sends] = [200, 500]
  const moment = fc.oneof(
    { weight: 20, arbitrary: fc.constant(1) },
    { weight: 4, arbitrary: fc.integer({ min: 10, max: 20 }) },
    { weight: 1, arbitrary: fc.integer({ min: 20, max: 400 }) },
  )
  const busy = fc.array(moment, { minLength: 20, maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(busy, async (busyMs) => {
      const source = openMemoryTurns(movableClock(), 1)
      const queue = openTurnQueue((wanted, horizonMs) => source.reserve('1601400973', rate, wanted, horizonMs))
      const moments: number[] = []
      for (let send = 0; send < sends; send += 1) void queue.wait(Infinity).then(() => moments.push(nowMs))
      await pass(0)
      // Between what keeps it busy the loop comes round once a millisecond.
      for (let turn = 0; moments.length < sends; turn += 1) {
        await pass(turn % 20 === 0 ? busyMs[(turn / 20) % busyMs.length]! : 1)
      }
      expect(mostInASecond(moments)).toBeLessThanOrEqual(rate)
    }),
    { numRuns: 30 },
  )
})
