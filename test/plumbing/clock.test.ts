import { expect, test } from 'vitest'
import {
  beijingDay,
  beijingDayNumber,
  beijingTime,
  nextBeijingMidnight,
  nextBeijingMonth,
  startOfBeijingDay,
} from '../../src/plumbing/clock.ts'

const lastOfDay = new Date('2026-11-30T15:59:59.999Z')
const midnight = new Date('2026-11-30T16:00:00Z')

test('a day in Beijing ends at 16:00 UTC', () => {
  expect([lastOfDay, midnight].map(beijingDay)).toEqual(['20261130', '20261201'])
  expect(beijingDayNumber(midnight) - beijingDayNumber(lastOfDay)).toBe(1)
  expect(startOfBeijingDay(beijingDayNumber(midnight))).toEqual(midnight)
  expect(nextBeijingMidnight(lastOfDay)).toEqual(midnight)
  expect(nextBeijingMonth(lastOfDay)).toEqual(midnight)
  expect(nextBeijingMonth(midnight)).toEqual(new Date('2026-12-31T16:00:00Z'))
})

test('the time of day is the one that clocks in Beijing show', () => {
  expect(beijingTime(midnight)).toBe('2026-12-01 00:00:00')
  expect(beijingTime(lastOfDay)).toBe('2026-11-30 23:59:59')
})
