import { expect, test } from 'vitest'
import { giveCoupon } from '../../sandbox/pay/coupon.ts'
import { readyAt } from '../../src/files/wechat-file.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import { movableClock } from '../support/clock.ts'
import { applyInbox } from '../support/coupons.ts'
import { runNow } from '../support/jobs.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

/** A coupon of the shop's stock that somebody sent by hand in the platform, used today. */
async function openWithUse(keyMode: 'certificate' | 'public_key' = 'certificate', distributed_coupons = 1) {
  const clock = movableClock()
  const shop = await openShop({ wechat: 'sandbox', clock, world: { keyMode } })
  const { control } = shop.sandbox
  const openid = shop.member('xiaoming')
  const stockId = shop.stock.stock_id
  const { appid } = shop.merchant.officialAccount
  const { mchid } = shop.merchant.accounts[0]!
  giveCoupon(control.state, { stockId, openid, appid, mchid, outRequestNo: 'by-hand-1' })
  const order = control.addOrder({
    openid,
    total: 20_000,
    goodsTag: control.stock(stockId).goods_tag[0],
    useCoupon: true,
  })
  await shop.services.db.updateTable('stocks').set({ distributed_coupons }).where('stock_id', '=', stockId).execute()
  const day = beijingDay(clock.now())
  return { shop, order, day, toNextDay: () => clock.advance(readyAt(day).getTime() - clock.now().getTime() + 60_000) }
}

const flowsOf = ({ services, stock }: SandboxShop, day: string) =>
  services.db
    .selectFrom('wechat_files')
    .selectAll()
    .where('stock_id', '=', stock.stock_id)
    .where('day', '=', day)
    .orderBy('kind', 'desc')
    .execute()

const usesOf = ({ services }: SandboxShop) => services.db.selectFrom('redemptions').selectAll().execute()

test.each(['certificate', 'public_key'] as const)(
  'a use that no message reported is known from the flow of its day, once (%s)',
  async (keyMode) => {
    const { shop, order, day, toNextDay } = await openWithUse(keyMode)
    await using closing = shop
    const [promotion] = order.promotions
    expect(promotion).toBeDefined()
    toNextDay()
    await runNow(closing.services, 'flows')
    expect(await flowsOf(shop, day)).toMatchObject([
      { kind: 'use_flow', state: 'kept', rows: 1, hash_of: 'unpacked', coupons_fen: promotion!.amount },
      { kind: 'refund_flow', state: 'none', reason: 'empty_day' },
    ])
    const uses = await usesOf(shop)
    expect(uses).toMatchObject([
      {
        coupon_id: promotion!.coupon_id,
        transaction_id: order.transactionId,
        source: 'flow',
        amount: promotion!.amount,
      },
    ])
    await shop.services.db.updateTable('wechat_files').set({ imported_at: null }).execute()
    await runNow(shop.services, 'flows')
    expect(await usesOf(shop)).toEqual(uses)
  },
)

test('the refund flow tells that a use was undone', async () => {
  const { shop, order, day, toNextDay } = await openWithUse()
  await using closing = shop
  shop.sandbox.control.refund(order.transactionId)
  toNextDay()
  await runNow(closing.services, 'flows')
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'kept', refunds: 1 }])
  expect(await usesOf(shop)).toMatchObject([{ returned_source: 'flow' }])
})

test('an order that was given back in two parts is in the refund flow, as its coupon can be used again', async () => {
  const { shop, order, day, toNextDay } = await openWithUse()
  await using closing = shop
  const { control } = shop.sandbox
  control.refund(order.transactionId, { refund: 5_000 })
  control.refund(order.transactionId, { refund: 15_000 })
  expect(control.coupons(order.openid)).toMatchObject([{ status: 'SENDED' }])
  toNextDay()
  await runNow(closing.services, 'flows')
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'kept', refunds: 1 }])
  expect(await usesOf(shop)).toMatchObject([{ returned_source: 'flow' }])
})

test('a use that WeChat reports is reason enough to fetch the flow of a stock of which it had given nothing yet', async () => {
  const { shop, order, day, toNextDay } = await openWithUse('certificate', 0)
  await using closing = shop
  await shop.sandbox.control.push({ kind: 'coupon_use', couponId: order.promotions[0]!.coupon_id })
  await applyInbox(closing)
  toNextDay()
  await runNow(closing.services, 'flows')
  expect(await flowsOf(shop, day)).toMatchObject([
    { kind: 'use_flow', state: 'kept', rows: 1 },
    { kind: 'refund_flow', state: 'none' },
  ])
})

test('nothing is used of a flow with a changed byte', async () => {
  const { shop, day, toNextDay } = await openWithUse()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'tampered_body', endpoint: 'flow_download' })
  await runNow(closing.services, 'flows')
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'unverified' })
  expect(await usesOf(shop)).toEqual([])
})
