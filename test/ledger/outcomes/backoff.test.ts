import { expect, test } from 'vitest'
import { nextTry } from '../../../src/ledger/outcomes/backoff.ts'

const noon = new Date('2026-11-23T12:00:00+08:00')
const middle = () => 0.5
const secondsUntil = (next: Date, from = noon) => (next.getTime() - from.getTime()) / 1_000

test('passing faults wait 1, 3, 10, 30 seconds and then longer, up to ten minutes for ever', () => {
  const pauses = [0, 1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((tries) => secondsUntil(nextTry('again', tries, noon, middle)))
  expect(pauses).toEqual([1, 3, 10, 30, 60, 120, 300, 600, 600, 600])
})

test('a 429 waits longer than a passing fault', () => {
  for (const tries of [0, 1, 2, 3, 4]) {
    expect(nextTry('rate', tries, noon, middle) > nextTry('again', tries, noon, middle)).toBe(true)
  }
})

test('pauses differ by up to a fifth, so that a crowd does not come back at once', () => {
  expect(secondsUntil(nextTry('again', 2, noon, () => 0))).toBe(8)
  expect(secondsUntil(nextTry('again', 2, noon, () => 1))).toBe(12)
})

test('a daily cap is tried again every 15 to 60 minutes', () => {
  const pauses = [0, 1, 2, 3, 9].map((tries) => secondsUntil(nextTry('daily_cap', tries, noon, middle)) / 60)
  expect(pauses).toEqual([15, 20, 30, 60, 60])
})

test('budgets and caps are tried again soon after midnight in Beijing', () => {
  const late = new Date('2026-11-23T23:58:00+08:00')
  const midnight = new Date('2026-11-24T00:00:00+08:00')
  for (const schedule of ['budget', 'daily_cap'] as const) {
    const after = secondsUntil(nextTry(schedule, 9, late, middle), midnight)
    expect(after).toBeGreaterThan(0)
    expect(after).toBeLessThan(60)
  }
  expect(secondsUntil(nextTry('setup', 9, late, middle), late)).toBe(600)
})

test('what waits for the next month comes within minutes of the first day in Beijing, also over the turn of the year', () => {
  const firstOf = (day: string) => new Date(`${day}T00:00:00+08:00`)
  for (const [now, first] of [
    ['2026-11-23T12:00:00+08:00', '2026-12-01'],
    ['2026-11-30T23:59:59+08:00', '2026-12-01'],
    ['2026-12-01T00:00:00+08:00', '2027-01-01'],
    ['2026-12-31T20:00:00Z', '2027-02-01'],
  ] as const) {
    for (const random of [() => 0, () => 1]) {
      const after = secondsUntil(nextTry('next_month', 3, new Date(now), random), firstOf(first))
      expect(after).toBeGreaterThan(0)
      expect(after).toBeLessThan(15 * 60)
    }
  }
})
