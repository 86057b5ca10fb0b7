import { expect, test } from 'vitest'
import { briefCache } from '../../src/plumbing/brief-cache.ts'
import { aMerchant } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

function steppingClock() {
  let now = 1_000_000
  return { clock: { now: () => new Date(now) }, step: (ms: number) => (now += ms) }
}

test('a crowd costs one query a second, and a change is seen after it', async () => {
  const { clock, step } = steppingClock()
  const cache = briefCache(clock)
  let loads = 0
  const load = () => Promise.resolve((loads += 1))
  const crowd = await Promise.all(Array.from({ length: 50 }, () => cache.get('a', load)))
  expect(new Set(crowd)).toEqual(new Set([1]))
  step(999)
  expect(await cache.get('a', load)).toBe(1)
  step(1)
  expect(await cache.get('a', load)).toBe(2)
  cache.forget()
  expect(await cache.get('a', load)).toBe(3)
})

test('a clock that is set back an hour does not keep old data for an hour', async () => {
  const { clock, step } = steppingClock()
  const cache = briefCache(clock)
  await cache.get('a', () => Promise.resolve('old'))
  step(-3_600_000)
  expect(await cache.get('a', () => Promise.resolve('new'))).toBe('new')
})

test('a query that failed is not remembered', async () => {
  const cache = briefCache(steppingClock().clock)
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away')
  await new Promise(setImmediate)
  expect(await cache.get('a', () => Promise.resolve('there'))).toBe('there')
})

test('the merchant stays the same object while nothing about it changed, so that its keys are parsed once', async () => {
  const { clock, step } = steppingClock()
  await using services = await openTestServices({ redis: false, clock })
  const { slug } = await aMerchant(services)
  const first = await services.catalog.merchant(slug)
  step(2_000)
  expect(await services.catalog.merchant(slug)).toBe(first)
  await services.db
    .updateTable('accounts')
    .set({ sends_per_second: 7, updated_at: new Date(5) })
    .execute()
  step(2_000)
  const changed = await services.catalog.merchant(slug)
  expect(changed).not.toBe(first)
  expect(changed?.accounts[0]?.sendsPerSecond).toBe(7)
})

test('what does not exist is undefined', async () => {
  await using services = await openTestServices({ redis: false })
  const { catalog } = services
  expect(
    await Promise.all([
      catalog.merchant('x'),
      catalog.merchantById(9),
      catalog.campaign(1, 'x'),
      catalog.campaignById(9),
      catalog.stock(1, '9'),
      catalog.stockByRef(9),
    ]),
  ).toEqual(Array(6).fill(undefined))
  expect(await catalog.campaigns(9)).toEqual([])
})
