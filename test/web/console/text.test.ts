import { expect, it } from 'vitest'
import { textAt } from '../../../src/web/console/text.ts'

const text = textAt(new Date('2026-11-30T04:00:00Z'))

it.each([
  [0, '¥0.00'],
  [5, '¥0.05'],
  [123_450, '¥1,234.50'],
  [100_000_000, '¥1,000,000.00'],
  [-1, '-¥0.01'],
])('%i fen are written %s', (fen, written) => expect(text.yuan(fen)).toBe(written))

it.each([
  [0, '0'],
  [999, '999'],
  [1_234_567, '1,234,567'],
])('%i coupons are written %s', (n, written) => expect(text.count(n)).toBe(written))

it('a time is written in Beijing, with its year only when that is not this one', () => {
  expect(text.time(new Date('2026-11-24T02:03:07Z'))).toBe('11-24 10:03:07')
  expect(text.time(new Date('2025-12-31T15:59:59Z'))).toBe('2025-12-31 23:59:59')
  // In Beijing this is the new year already.
  expect(text.time(new Date('2025-12-31T16:00:00Z'))).toBe('01-01 00:00:00')
  expect(text.day(new Date('2026-11-24T16:03:07Z'))).toBe('11-25')
})
