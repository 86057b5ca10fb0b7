import { expect, test } from 'vitest'
import { openCache } from '../../src/plumbing/cache.ts'
import { seldom } from '../../src/plumbing/telemetry/seldom.ts'

test('what strangers cause a thousand times is written once in ten seconds, with how often it was', () => {
  let nowMs = 1_000_000
  const clock = { now: () => new Date(nowMs) }
  const services = { clock, cache: openCache(clock) }
  const written = (kind: string) => seldom(services, kind)
  expect(Array.from({ length: 1_000 }, () => written('push/demo')).filter((times) => times > 0)).toEqual([1])
  expect(written('push/other')).toBe(1)
  nowMs += 9_999
  expect(written('push/demo')).toBe(0)
  nowMs += 1
  expect(written('push/demo')).toBe(1_001)
  expect(written('push/demo')).toBe(0)
})
