import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { merchantFile } from '../../sandbox/merchant-file.ts'
import { openidOf } from '../../sandbox/world.ts'
import { applyMerchant } from '../../src/merchants/apply.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { importStock } from '../../src/stocks/import.ts'
import { aCampaign } from '../support/builders.ts'
import { applyInbox, aSentCoupon, usesOf } from '../support/coupons.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

/*
 * A provider has one callback address for the stocks of all its merchants, so that a use of one merchant's coupon
 * arrives at another one.
 */

let shop: SandboxShop
let other: Merchant
let couponId: string
let transactionId: string

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false, world: { slugs: ['demo', 'other'] } })
  const { services, sandbox, world } = shop
  await applyMerchant(services, merchantFile(world, 'other'))
  other = (await services.catalog.merchant('other'))!
  const { campaigns, officialAccount, mchids } = world.merchants[1]!
  const stock = await importStock(services, other, { stockId: campaigns.link.stockId })
  const campaign = await aCampaign(services, stock)
  const openid = openidOf(officialAccount, 'neighbour')
  couponId = await aSentCoupon({ ...shop, merchant: other }, openid, campaign)
  const seller = { appid: officialAccount.appid, mchid: mchids[0]! }
  const spec = { ...seller, openid, total: 6000, goodsTag: 'MUTEX_STORE', useCoupon: true }
  transactionId = sandbox.control.addOrder(spec).transactionId
})
afterAll(() => shop[Symbol.asyncDispose]())

async function tellTheFirstOne() {
  await shop.sandbox.control.push({ kind: 'coupon_use', couponId, slug: 'demo' })
  await applyInbox(shop)
  return usesOf(shop, couponId)
}

test('a merchant with other keys for that number does not believe what was proven to its neighbour', async () => {
  const { services, world } = shop
  const file = merchantFile(world, 'other') as { accounts: { role: string }[] }
  const accounts = file.accounts.map((one) =>
    one.role === 'provider' ? { ...one, api_v3_key: randomBytes(16).toString('hex') } : one,
  )
  await applyMerchant(services, { ...file, accounts })
  services.catalog.forget()
  expect(await tellTheFirstOne()).toEqual([])
  await applyMerchant(services, file)
  services.catalog.forget()
})

test('a use that arrives at another merchant of the provider is recorded where the coupon is', async () => {
  await shop.services.db.deleteFrom('inbox').execute()
  expect(await tellTheFirstOne()).toMatchObject([
    { merchant_id: other.id, source: 'notice', transaction_id: transactionId, coupon_row: expect.any(String) },
  ])
})
