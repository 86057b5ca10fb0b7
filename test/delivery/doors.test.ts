import { expect, test } from 'vitest'
import { leaseMs } from '../../src/ledger/coupon.ts'

test('no send, whoever asks, takes as long as its lease holds: the program does not start otherwise', async () => {
  const { doors, lastWordMs } = await import('../../src/delivery/doors.ts')
  expect(Object.keys(doors)).toEqual(['claim', 'worker', 'probe', 'operator'])
  for (const { timeoutMs, patienceMs } of Object.values(doors))
    expect(2 * patienceMs + timeoutMs + lastWordMs).toBeLessThanOrEqual(leaseMs)
})
