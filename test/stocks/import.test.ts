import { afterAll, beforeAll, expect, test } from 'vitest'
import { Unusable } from '../../src/plumbing/unusable.ts'
import { importStock } from '../../src/stocks/import.ts'
import { syncStock } from '../../src/stocks/sync.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

const dayMs = 86_400_000
let shop: SandboxShop
let next = 9_000_000
beforeAll(async () => (shop = await openShop({ wechat: 'sandbox', redis: false })))
afterAll(() => shop[Symbol.asyncDispose]())

type Change = Parameters<SandboxShop['sandbox']['control']['changeStock']>[1]

/** A stock of the provider that differs from a good one in `change`. */
function aStockAtWeChat(change: Change = {}): string {
  const stockId = String((next += 1))
  const { senders, stock_creator_mchid } = shop.world.stocks[0]!
  shop.sandbox.control.addStock({
    stock_id: stockId,
    senders,
    stock_creator_mchid,
    goods_tag: ['MUTEX_STORE'],
    ...change,
  })
  return stockId
}

async function faultsOf(change: Change, wanted: { creatorMchid?: string; tags?: string[] } = {}): Promise<string> {
  const stockId = aStockAtWeChat(change)
  const error = await importStock(shop.services, shop.merchant, { stockId, ...wanted }).catch(
    (reason: unknown) => reason,
  )
  if (!(error instanceof Unusable)) throw new Error('expected an Unusable', { cause: error })
  expect(await shop.services.catalog.stock(shop.merchant.id, stockId)).toBeUndefined()
  return error.faults.join('; ')
}

test("the provider's stock is stored as WeChat describes it, with its tags in order", async () => {
  const stockId = aStockAtWeChat({
    goods_tag: ['NO_MUTEX_STORE', 'MUTEX_STORE'],
    coupon_amount: 1000,
    transaction_minimum: 5000,
  })
  const stock = await importStock(shop.services, shop.merchant, { stockId })
  expect(stock).toMatchObject({
    creator_mchid: '1267388801',
    status: 'running',
    coupon_amount: 1000,
    transaction_minimum: 5000,
    goods_tags: ['MUTEX_STORE', 'NO_MUTEX_STORE'],
    goods_tags_from: 'wechat',
  })
  expect(await shop.services.catalog.stock(shop.merchant.id, stockId)).toEqual(stock)
  const again = await importStock(shop.services, shop.merchant, { stockId, creatorMchid: '1267388801' })
  expect(again.id).toBe(stock.id)
})

test('characters of control in the name that WeChat tells are left out', async () => {
  const stockId = aStockAtWeChat({ stock_name: ' 满30\u0001减10\r\n\u0000全场 ' })
  const stock = await importStock(shop.services, shop.merchant, { stockId })
  expect(stock.name).toBe('满30 减10 全场')
  shop.sandbox.control.changeStock(stockId, { stock_name: '满30\u0001减20' })
  expect(await syncStock(shop.services, shop.merchant, stock)).toMatchObject({ name: '满30 减20' })
})

test('a stock that is not activated yet may be imported and is kept with its state', async () => {
  const stockId = aStockAtWeChat({ status: 'unactivated' })
  expect(await importStock(shop.services, shop.merchant, { stockId })).toMatchObject({ status: 'unactivated' })
})

test('what cannot be sent is refused with the reason', async () => {
  expect(await faultsOf({ stock_type: 'DISCOUNT_CUT' })).toContain('立减与折扣')
  expect(await faultsOf({ stock_type: 'OTHER' })).toContain('only NORMAL')
  expect(await faultsOf({ status: 'stoped' })).toContain('stopped for good')
  const at = (days: number) => new Date(Date.now() + days * dayMs).toISOString()
  expect(await faultsOf({ available_begin_time: at(-9), available_end_time: at(-1) })).toContain('which is past')
  expect(await faultsOf({ available_begin_time: at(0), available_end_time: at(91) })).toContain('more than 90 days')
  expect(await faultsOf({ goods_tag: ['MUTEX_STORE', 'NO_MUTEX_ONLINE'] })).toContain(
    'must be one of MUTEX_STORE, MUTEX_STORE+NO_MUTEX_STORE',
  )
})

test('several reasons are told at once', async () => {
  const faults = await faultsOf({ status: 'stoped', stock_type: 'DISCOUNT_CUT', goods_tag: ['OTHER'] })
  for (const part of ['stopped', '立减与折扣', '订单优惠标记']) expect(faults).toContain(part)
})

test('a stock of another creator is not taken', async () => {
  expect(await faultsOf({}, { creatorMchid: '1999999999' })).toContain('WeChat Pay answered')
  const providerless = { ...shop.merchant, accounts: shop.merchant.accounts.filter(({ role }) => role === 'sender') }
  const stockId = aStockAtWeChat()
  await expect(importStock(shop.services, providerless, { stockId })).rejects.toThrow(
    'has no provider account: name the creator',
  )
  const twoProviders = { ...shop.merchant, accounts: [...shop.merchant.accounts, shop.merchant.accounts[1]!] }
  await expect(importStock(shop.services, twoProviders, { stockId })).rejects.toThrow('has several provider accounts')
  const senderless = { ...shop.merchant, accounts: shop.merchant.accounts.filter(({ role }) => role === 'provider') }
  await expect(importStock(shop.services, senderless, { stockId })).rejects.toThrow('no sender account')
})

test('tags that WeChat hides are stated by the operator; tags that it shows must agree', async () => {
  expect(await faultsOf({ hides_goods_tag: true })).toContain('state them with --tags')
  expect(await faultsOf({ hides_goods_tag: true }, { tags: ['NO_MUTEX_STORE'] })).toContain('must be one of')
  expect(await faultsOf({}, { tags: ['MUTEX_ONLINE'] })).toContain('are MUTEX_STORE, not MUTEX_ONLINE')
  const stockId = aStockAtWeChat({ hides_goods_tag: true })
  const tags = ['NO_MUTEX_ONLINE', 'MUTEX_ONLINE']
  expect(await importStock(shop.services, shop.merchant, { stockId, tags })).toMatchObject({
    goods_tags: ['MUTEX_ONLINE', 'NO_MUTEX_ONLINE'],
    goods_tags_from: 'operator',
  })
})

test("WeChat's refusal and its silence are told, with the Request-ID for its support", async () => {
  await expect(importStock(shop.services, shop.merchant, { stockId: '404404' })).rejects.toThrow(
    /404404: it does not exist.*Request-ID/,
  )
})

test('a sync takes over what became of a stock, also that it was stopped, and keeps the stated tags', async () => {
  const stockId = aStockAtWeChat({ hides_goods_tag: true })
  const stock = await importStock(shop.services, shop.merchant, { stockId, tags: ['MUTEX_STORE'] })
  shop.sandbox.control.changeStock(stockId, { status: 'stoped', max_coupons: 77 })
  expect(await syncStock(shop.services, shop.merchant, stock)).toMatchObject({
    id: stock.id,
    status: 'stoped',
    max_coupons: 77,
    goods_tags: ['MUTEX_STORE'],
    goods_tags_from: 'operator',
  })
})
