import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordRedemption } from '../../../../src/coupons/record-redemptions.ts'
import type { Campaign } from '../../../../src/plumbing/storage/schema/campaign.ts'
import { movableClock } from '../../../support/clock.ts'
import { applyInbox, aSentCoupon, payWithCoupon, usesOf } from '../../../support/coupons.ts'
import { openShop, type SandboxShop } from '../../../support/shop.ts'

/*
 * 我的券 says what became of the member's coupons. WeChat is asked about a few of them, never about another's.
 */

const minuteMs = 60_000
const dayMs = 86_400_000
const clock = movableClock()
let shop: SandboxShop
let campaign: Campaign
let serial = 0

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  campaign = await shop.campaign()
})
afterAll(() => shop[Symbol.asyncDispose]())

async function aMember() {
  serial += 1
  const openid = shop.member(`own-${serial}`)
  const couponId = await aSentCoupon(shop, openid, campaign)
  const page = async () => (await shop.phoneOf(openid).get(`/m/${shop.merchant.slug}/coupons`)).text
  const states = async () => [...(await page()).matchAll(/ticket-state-\w+">([^<]*)/g)].map(([, words]) => words)
  return { openid, couponId, page, states }
}
const asked = () => shop.sandbox.control.countCalls('coupon_detail')

test('a use is seen within ten seconds of looking, and twelve looks ask WeChat three times at most', async () => {
  const { states, openid } = await aMember()
  const before = asked()
  expect(await states()).toEqual(['可用'])
  expect(await states()).toEqual(['可用'])
  expect(asked()).toBe(before + 1)
  payWithCoupon(shop, openid)
  for (let look = 3; look < 12; look += 1) {
    clock.advance(900)
    await states()
  }
  clock.advance(900)
  expect(await states()).toEqual(['已使用'])
  expect(asked() - before).toBeLessThanOrEqual(3)
})

test('a use that no source has reported is found by asking, with its time; the order once it is known', async () => {
  const { openid, states, page, couponId } = await aMember()
  const { outTradeNo, transactionId } = payWithCoupon(shop, openid)
  expect(await states()).toEqual(['已使用'])
  expect(await page()).toContain('使用时间 ')
  expect(await usesOf(shop, couponId)).toMatchObject([{ source: 'query' }])
  await shop.sandbox.control.push({ kind: 'payment', transactionId })
  await applyInbox(shop)
  expect(await page()).toContain(`订单号 ${outTradeNo}`)
})

test('after a full refund it is 已使用 until WeChat says that it can be used again', async () => {
  const { openid, states, page } = await aMember()
  const { transactionId } = payWithCoupon(shop, openid)
  await shop.sandbox.control.push({ kind: 'merchant_paid', transactionId })
  await applyInbox(shop)
  expect(await states()).toEqual(['已使用'])
  clock.advance(minuteMs)
  shop.sandbox.control.refund(transactionId)
  await shop.sandbox.control.push({ kind: 'refund', transactionId })
  await applyInbox(shop)
  const fault = shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'coupon_detail' })
  expect(await page()).toContain('这笔订单已全额退款')
  shop.sandbox.control.clearFaults(fault.id)
  clock.advance(11 * minuteMs)
  expect(await states()).toEqual(['可用'])
})

test('a coupon whose time is over is 已过期, also where its own time ends before that of its stock', async () => {
  const { states, openid } = await aMember()
  clock.advance(11 * minuteMs)
  const { stock_id } = shop.stock
  shop.sandbox.control.changeStock(stock_id, { days_after_receive: 1 })
  await states()
  shop.sandbox.control.setFault({ fault: 'system_error', endpoint: 'coupon_detail', openid })
  clock.advance(2 * dayMs)
  expect(await states()).toEqual(['已过期'])
  shop.sandbox.control.clearFaults()
  shop.sandbox.control.changeStock(stock_id, { days_after_receive: undefined })
})

test('the page shows what is known when WeChat says nothing', async () => {
  const { states, couponId } = await aMember()
  shop.sandbox.control.setFault({ fault: 'timeout_before', endpoint: 'coupon_detail' })
  await shop.services.db.transaction().execute((trx) =>
    recordRedemption(trx, shop.merchant, {
      source: 'flow',
      couponId,
      transactionId: '4200000001',
      usedAt: clock.now(),
      toldAt: clock.now(),
    }),
  )
  expect(await states()).toEqual(['已使用'])
  shop.sandbox.control.clearFaults()
})
