import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { holdStocks } from '../../src/grants/stock-left.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'

const services = await servicesOfFile({ redis: false })
let stock: Stock

beforeEach(async () => {
  stock = await aStock(services, await aMerchant(services), { max_coupons: 3 })
})
afterEach(() => vi.restoreAllMocks())

/** A claim of one coupon asks for it. */
const hold = () => holdStocks(services, [{ stock, count: 1 }])

/** What was counted is older than it may be. */
function later(): void {
  const now = performance.now()
  vi.spyOn(performance, 'now').mockReturnValue(now + 3_600_000)
}

test.each<{ name: string; counts: () => Promise<never> }>([
  { name: 'takes long', counts: () => new Promise(() => undefined) },
  { name: 'fails', counts: () => Promise.reject(new Error('the database is away')) },
])('a count that $name keeps no member waiting: what was counted before serves', async ({ counts }) => {
  expect(await hold()).toBeDefined()
  later()
  const counting = vi.spyOn(services.db.getExecutor(), 'executeQuery').mockImplementation(counts)
  expect(await hold()).toBeDefined()
  expect(await hold()).toBeDefined()
  expect(counting).toHaveBeenCalledTimes(1)
})
