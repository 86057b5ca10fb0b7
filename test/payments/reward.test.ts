import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import { claim } from '../../src/claims/claim.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import { rewardFor } from '../../src/payments/reward.ts'
import type { OrderSpec } from '../../sandbox/pay/place-order.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { aSpendCampaign } from '../support/spend.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

let wired: SandboxShop
let stock: Stock
let campaign: Campaign
let nowMs = Date.now()

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false, clock: { now: () => new Date(nowMs) } })
  stock = await aStock(wired.services, wired.merchant)
})
beforeEach(async () => {
  wired.sandbox.control.clearFaults()
  await wired.services.db.updateTable('campaigns').set({ state: 'draft' }).execute()
  campaign = await aSpendCampaign(wired.services, stock)
})
afterAll(() => wired[Symbol.asyncDispose]())

let serial = 0
const anOrder = (changes: Partial<OrderSpec> = {}) => {
  serial += 1
  return wired.sandbox.control.addOrder({ openid: `payer-${serial}`, total: 6000, ...changes })
}
const reward = (openid: string, query: Record<string, unknown>) =>
  rewardFor(wired.services, wired.merchant, openid, query)
const queries = () => wired.sandbox.control.calls().filter((call) => call.endpoint.includes('order')).length

describe('the page after paying shows the coupon', () => {
  test('of an order that nobody has told us of: WeChat is asked, and its notification brings no second one', async () => {
    const order = anOrder()
    const first = await reward(order.openid, { out_trade_no: order.outTradeNo })
    expect(first).toMatchObject({
      kind: 'granted',
      grants: [{ status: 'pending', transactionId: order.transactionId }],
    })
    await wired.sandbox.control.push({ kind: 'payment', transactionId: order.transactionId })
    await openInboxLoop(wired.services).drain()
    expect(await reward(order.openid, { transaction_id: order.transactionId })).toEqual(first)
  })

  test('of an order that the provider placed', async () => {
    const order = anOrder({ mchid: '1267388801', subMchid: '1601400973' })
    for (const query of [{ transaction_id: order.transactionId }, { out_trade_no: order.outTradeNo }]) {
      expect((await reward(order.openid, query)).kind).toBe('granted')
    }
  })

  test('of an order that an event told us of, without asking WeChat', async () => {
    const order = anOrder()
    await wired.sandbox.control.push({ kind: 'merchant_paid', transactionId: order.transactionId })
    await openInboxLoop(wired.services).drain()
    const before = queries()
    expect((await reward(order.openid, { out_trade_no: order.outTradeNo })).kind).toBe('granted')
    expect(queries()).toBe(before)
  })
})

describe('the page after paying says why there is none', () => {
  test('20 yuan: what is missing to the next tier', async () => {
    const order = anOrder({ total: 2000 })
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toEqual({
      kind: 'nothing',
      reason: 'not_eligible',
      detail: { campaign: { slug: expect.any(String), title: '领券有礼' }, missing: 3000, unit: 'fen' },
    })
  })

  test('the number of payments that is missing', async () => {
    await wired.services.db.updateTable('campaigns').set({ state: 'draft' }).execute()
    const coupons = [{ stock_id: stock.stock_id, count: 1 }]
    await aSpendCampaign(wired.services, stock, { mode: 'count', tiers: [{ at_least: 3, coupons }] })
    const order = anOrder()
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toMatchObject({
      detail: { missing: 2, unit: 'payments' },
    })
  })

  test('the sum had its coupons before', async () => {
    await wired.services.db.updateTable('campaigns').set({ state: 'draft' }).execute()
    await aSpendCampaign(wired.services, stock, { mode: 'cumulative' })
    const [first, second] = [anOrder(), anOrder({ openid: `payer-${serial + 1}` })]
    await reward(first.openid, { out_trade_no: first.outTradeNo })
    const again = anOrder({ openid: first.openid })
    expect(await reward(again.openid, { out_trade_no: again.outTradeNo })).toMatchObject({
      kind: 'nothing',
      reason: 'already_claimed',
    })
    expect((await reward(second.openid, { out_trade_no: second.outTradeNo })).kind).toBe('granted')
  })

  test('the order used one of our coupons', async () => {
    const order = anOrder()
    order.promotions.push({ coupon_id: 'c', name: '券', stock_id: stock.stock_id, amount: 1000, type: 'CASH' })
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toMatchObject({
      kind: 'nothing',
      detail: { usedOurCoupon: true },
    })
  })

  test('the campaign is paused, or there is none', async () => {
    const { db, catalog } = wired.services
    await db.updateTable('campaigns').set({ state: 'paused' }).where('state', '=', 'published').execute()
    catalog.forget()
    const order = anOrder()
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toMatchObject({ reason: 'paused' })
    await db.updateTable('campaigns').set({ state: 'draft' }).execute()
    catalog.forget()
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toEqual({
      kind: 'nothing',
      reason: 'not_eligible',
      detail: {},
    })
  })

  test('the order was refunded before we heard of it', async () => {
    const order = anOrder()
    wired.sandbox.control.refund(order.transactionId, { refund: 1 })
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toEqual({
      kind: 'nothing',
      reason: 'not_eligible',
      detail: {},
    })
  })

  test('the order is not paid yet, and then it is', async () => {
    const order = anOrder({ state: 'NOTPAY' })
    const query = { out_trade_no: order.outTradeNo }
    expect(await reward(order.openid, query)).toEqual({ kind: 'not_paid' })
    order.state = 'SUCCESS'
    expect(await reward(order.openid, query)).toEqual({ kind: 'not_paid' })
    nowMs += 3_000
    expect((await reward(order.openid, query)).kind).toBe('granted')
  })

  test('the order is somebody else’s, known to us or not: it looks like one that does not exist', async () => {
    const order = anOrder()
    const query = { transaction_id: order.transactionId }
    expect(await reward('thief', query)).toEqual({ kind: 'unknown_order' })
    expect((await reward(order.openid, query)).kind).toBe('granted')
    expect(await reward('thief', query)).toEqual({ kind: 'unknown_order' })
  })

  test('a member who counts up order numbers learns of twenty a minute, ours or not, and nothing of them', async () => {
    const orders = Array.from({ length: 15 }, () => anOrder())
    for (const order of orders) await reward(order.openid, { out_trade_no: order.outTradeNo })
    nowMs += 3_000
    const numbers = [...orders.map((one) => one.outTradeNo), ...Array.from({ length: 10 }, (_, n) => `guessed-${n}`)]
    const kinds = []
    for (const out_trade_no of numbers) kinds.push((await reward('counter', { out_trade_no })).kind)
    expect(kinds).toEqual([...Array(20).fill('unknown_order'), ...Array(5).fill('later')])
  })

  test.each([
    {},
    { out_trade_no: '' },
    { out_trade_no: ['a', 'b'] },
    { transaction_id: '../1' },
    { out_trade_no: 'nowhere' },
  ])('there is no such order: %j', async (query) => {
    expect(await reward('member', query)).toEqual({ kind: 'unknown_order' })
  })
})

describe('a claim on the page of a spend campaign', () => {
  const claimAs = (openid: string) =>
    claim(wired.services, { merchant: wired.merchant, campaign, openid, claimKey: `key-${openid}` })

  test('gives what was paid for while the campaign was paused', async () => {
    const { db, catalog } = wired.services
    const set = async (state: 'paused' | 'published') => {
      await db.updateTable('campaigns').set({ state }).where('id', '=', campaign.id).execute()
      catalog.forget()
    }
    await set('paused')
    wired.sandbox.control.addStock({ stock_id: stock.stock_id })
    const order = anOrder({ openid: wired.sandbox.control.addMember({ id: 'patient' }).openid })
    await reward(order.openid, { out_trade_no: order.outTradeNo })
    await set('published')
    expect(await claimAs(order.openid)).toMatchObject({ status: 'sent' })
  })

  test('shows what was given before, and nothing to who has not paid enough or took the money back', async () => {
    const order = anOrder()
    const first = await reward(order.openid, { out_trade_no: order.outTradeNo })
    const grantId = first.kind === 'granted' ? first.grants[0]?.id : undefined
    expect(await claimAs(order.openid)).toMatchObject({
      status: 'refused',
      reason: 'already_claimed',
      grantId,
    })
    expect(await claimAs('passer-by')).toMatchObject({ status: 'refused', reason: 'not_eligible' })
    wired.sandbox.control.refund(order.transactionId)
    await wired.sandbox.control.push({ kind: 'refund', transactionId: order.transactionId })
    await openInboxLoop(wired.services).drain()
    expect(await claimAs(order.openid)).toMatchObject({ status: 'refused', reason: 'not_eligible' })
  })
})

describe('WeChat is asked sparingly', () => {
  test('once for an order that many pages ask for at once', async () => {
    const order = anOrder()
    const before = queries()
    const shown = await Promise.all(
      Array.from({ length: 8 }, () => reward(order.openid, { out_trade_no: order.outTradeNo })),
    )
    expect(new Set(shown.map((one) => one.kind))).toEqual(new Set(['granted']))
    expect(queries()).toBe(before + 1)
  })

  test('and not for ever by a member who guesses order numbers', async () => {
    const guesses = Array.from({ length: 25 }, (_, index) => reward('guesser', { out_trade_no: `guess-${index}` }))
    const kinds = (await Promise.all(guesses)).map((one) => one.kind)
    expect(kinds.filter((kind) => kind === 'unknown_order')).toHaveLength(20)
    expect(kinds.filter((kind) => kind === 'later')).toHaveLength(5)
  })

  test('and when it does not answer, the page says later', async () => {
    const order = anOrder()
    wired.sandbox.control.setFault({ fault: 'html_502' })
    expect(await reward(order.openid, { out_trade_no: order.outTradeNo })).toEqual({ kind: 'later' })
  })

  test('by one of two processes: the other says later until the payment is in the ledger', async () => {
    const { databaseUrl, masterKeys, wechat } = wired.services.config
    await using first = await openTestServices({ config: { databaseUrl, masterKeys, wechat } })
    const { redisUrls } = first.config
    await using second = await openTestServices({ config: { databaseUrl, masterKeys, wechat, redisUrls } })
    const order = anOrder()
    const query = { out_trade_no: order.outTradeNo }
    const ask = (services: typeof first) => rewardFor(services, wired.merchant, order.openid, query)
    await ask(first)
    await first.db.deleteFrom('payments').where('out_trade_no', '=', order.outTradeNo).execute()
    const before = queries()
    expect((await ask(second)).kind).toBe('later')
    expect(queries()).toBe(before)
  })

  test('also when Redis is away', async () => {
    const { databaseUrl, masterKeys, wechat } = wired.services.config
    await using away = await openTestServices({
      config: { databaseUrl, masterKeys, wechat, redisUrls: ['redis://127.0.0.1:9'] },
    })
    const order = anOrder({ state: 'NOTPAY' })
    const shown = await rewardFor(away, wired.merchant, order.openid, { out_trade_no: order.outTradeNo })
    expect(shown).toEqual({ kind: 'not_paid' })
  })
})
