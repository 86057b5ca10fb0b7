import { beforeEach, expect, test } from 'vitest'
import { forecastOf } from '../../src/stocks/forecast.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { runNow } from '../support/jobs.ts'
import { aStock } from '../support/builders.ts'
import { shopOfFile } from '../support/shop.ts'

const now = new Date('2026-11-24T10:00:00+08:00')
const dayMs = 86_400_000
const { services, merchant } = await shopOfFile({ redis: false, clock: { now: () => now } })
let stock: Stock
beforeEach(async () => {
  stock = await aStock(services, merchant, { max_coupons: 1_000, distributed_coupons: 400 })
})

const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs)
const reported = (days: number, distributed: number) =>
  services.db
    .insertInto('stock_reports')
    .values({
      stock_ref: stock.id,
      at: daysAgo(days),
      distributed_coupons: distributed,
      max_coupons: 1_000,
      status: 'running',
    })
    .execute()
const forecast = () => forecastOf(services.db, stock, now)

test('a stock of which 100 a day were used lasts for six more days', async () => {
  await reported(4, 0)
  expect(await forecast()).toEqual({ left: 600, perDay: 100, daysLeft: 6 })
})

test('only the last week counts: what was used before says nothing about tomorrow', async () => {
  await reported(30, 0)
  await reported(10, 330)
  await reported(1, 390)
  expect(await forecast()).toEqual({ left: 600, perDay: 10, daysLeft: 60 })
})

test('a stock that nobody uses never runs dry', async () => {
  await reported(3, 400)
  expect(await forecast()).toEqual({ left: 600, perDay: 0, daysLeft: undefined })
})

test('of a stock that has been known for minutes no rate is told', async () => {
  await reported(0.01, 100)
  expect(await forecast()).toEqual({ left: 600, perDay: undefined, daysLeft: undefined })
})

test('reports of stocks that cannot be in use any more are deleted, newer ones stay', async () => {
  await reported(500, 0)
  await reported(400, 10)
  expect(await runNow(services, 'stock-reports')).toBe('1 rows')
  const left = await services.db.selectFrom('stock_reports').select('at').where('stock_ref', '=', stock.id).execute()
  expect(left).toEqual([{ at: daysAgo(400) }])
})
