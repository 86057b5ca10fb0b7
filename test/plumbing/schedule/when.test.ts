import { expect, test } from 'vitest'
import { daily, inWords, nextDue } from '../../../src/plumbing/schedule/when.ts'

test.each([
  ['a minute before it', '2026-11-25T01:59:00Z', '2026-11-25T02:00:00Z'],
  ['at it', '2026-11-25T02:00:00Z', '2026-11-26T02:00:00Z'],
  ['after midnight in Beijing', '2026-11-25T16:30:00Z', '2026-11-26T02:00:00Z'],
  ['at the end of the year', '2026-12-31T02:00:01Z', '2027-01-01T02:00:00Z'],
])('daily at 10:00 is by the clock of Beijing: %s', (_, after, next) => {
  expect(nextDue(daily('10:00'), new Date(after))).toEqual(new Date(next))
})

test('every so many minutes is counted from the moment asked about', () => {
  expect(nextDue({ everyMs: 30 * 60_000 }, new Date('2026-11-25T01:59:00Z'))).toEqual(new Date('2026-11-25T02:29:00Z'))
})

test('an operator reads when a job runs', () => {
  expect(inWords(daily('03:10'))).toBe('daily at 03:10 Beijing')
  expect(inWords({ everyMs: 30 * 60_000 })).toBe('every 30 min')
})
