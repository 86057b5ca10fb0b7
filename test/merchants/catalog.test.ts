import { expect, test } from 'vitest'
import { aMerchant } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'

function steppingClock() {
  let now = 1_000_000
  return { clock: { now: () => new Date(now) }, step: (ms: number) => (now += ms) }
}

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
