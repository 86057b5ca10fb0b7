import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { giveCoupon } from '../../sandbox/pay/coupon.ts'
import { fetchDay } from '../../src/files/fetch-day.ts'
import { readyAt } from '../../src/files/wechat-file.ts'
import { wechatTime } from '../../sandbox/wechat-time.ts'
import { beijingDay, type Clock } from '../../src/plumbing/clock.ts'
import { movableClock } from '../support/clock.ts'
import { applyInbox } from '../support/coupons.ts'
import { runNow } from '../support/jobs.ts'
import { openScriptedHost } from '../support/scripted-host.ts'
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
  return {
    shop,
    clock,
    order,
    day,
    toNextDay: () => clock.advance(readyAt(day).getTime() - clock.now().getTime() + 60_000),
  }
}

const flowsOf = ({ services, stock }: SandboxShop, day: string) =>
  services.db
    .selectFrom('wechat_files')
    .selectAll()
    .where('stock_id', '=', stock.stock_id)
    .where('day', '=', day)
    .orderBy('kind', 'desc')
    .execute()

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const asked = ({ sandbox }: SandboxShop) =>
  sandbox.control.countCalls('use_flow') + sandbox.control.countCalls('refund_flow')

async function endWithinAnHour({ services, world, stock: { stock_id } }: SandboxShop, clock: Clock): Promise<Date> {
  const end = new Date(clock.now().getTime() + 60 * minuteMs)
  world.stocks.find((stock) => stock.stock_id === stock_id)!.available_end_time = wechatTime(end)
  await services.db.updateTable('stocks').set({ available_end: end }).where('stock_id', '=', stock_id).execute()
  return end
}

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

test('a flow that comes packed is unpacked', async () => {
  const { shop, day, toNextDay } = await openWithUse()
  await using closing = shop
  toNextDay()
  const { files } = shop.sandbox.control.state
  const put = files.set.bind(files)
  files.set = (token, file) => put(token, { ...file, bytes: gzipSync(file.bytes) })
  await runNow(closing.services, 'flows')
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'kept', rows: 1, hash_of: 'unpacked' })
  expect(await usesOf(shop)).toHaveLength(1)
})

test('a flow that WeChat is said to keep at a foreign host is not fetched there, and is a warning', async () => {
  await using foreign = await openScriptedHost({ body: 'not a flow' })
  const { shop, day, toNextDay } = await openWithUse()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.state.settings.url = foreign.url
  await runNow(closing.services, 'flows')
  expect(foreign.calls).toEqual([])
  const reason = expect.stringContaining(foreign.url) as string
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'refused', reason, rows: null })
  const warnings = await shop.services.db.selectFrom('warnings').select('kind').where('until', 'is', null).execute()
  expect(warnings).toContainEqual({ kind: 'file_refused' })
  expect(await usesOf(shop)).toEqual([])
})

test('nothing is used of half a flow; the whole one is taken later', async () => {
  const { shop, clock, day, toNextDay } = await openWithUse()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'half_a_file', endpoint: 'flow_download' })
  await runNow(closing.services, 'flows')
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'unverified', rows: null })
  expect(await usesOf(shop)).toEqual([])
  shop.sandbox.control.clearFaults()
  clock.advance(31 * minuteMs)
  await runNow(shop.services, 'flows')
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'kept', rows: 1 })
  expect(await usesOf(shop)).toHaveLength(1)
})

test('an address that is over is asked for anew, three times at most', async () => {
  const { shop, clock, day, toNextDay } = await openWithUse()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'file_token_over', endpoint: 'flow_download', times: 3 })
  await runNow(closing.services, 'flows')
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'due', tries: 1 })
  clock.advance(3 * minuteMs)
  shop.sandbox.control.setFault({ fault: 'file_token_over', endpoint: 'flow_download', times: 2 })
  await runNow(shop.services, 'flows')
  expect((await flowsOf(shop, day))[0]).toMatchObject({ state: 'kept', tries: 2 })
})

test('five flow files a minute, of all processes together; the rest is got later, and the oldest day comes first', async () => {
  const { shop, clock, day, toNextDay } = await openWithUse()
  await using closing = shop
  closing.services.config.flowFilesPerMinute = 5
  shop.sandbox.control.settings.flowsPerMinute = 5
  toNextDay()
  await runNow(shop.services, 'flows')
  // Three days have two files each.
  expect(asked(shop)).toBe(5)
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'due', tries: 0 }])
  await using another = await shop.anotherProcess('w2', { clock, sandbox: shop.sandbox })
  another.config.flowFilesPerMinute = 5
  await runNow(another, 'flows')
  expect(asked(shop)).toBe(5)
  clock.advance(minuteMs)
  await runNow(another, 'flows')
  expect(asked(shop)).toBe(6)
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'none', reason: 'empty_day' }])
})

test('where another system asks from the same address, a 429 ends the asking for a minute', async () => {
  const { shop, clock, day, toNextDay } = await openWithUse()
  await using closing = shop
  const { control } = shop.sandbox
  toNextDay()
  control.settings.flowsPerMinute = 2
  await runNow(closing.services, 'flows')
  expect(asked(shop)).toBe(3)
  await runNow(shop.services, 'flows')
  expect(asked(shop)).toBe(3)
  control.settings.flowsPerMinute = Infinity
  clock.advance(3 * minuteMs)
  await runNow(shop.services, 'flows')
  expect((await flowsOf(shop, day)).map(({ state }) => state)).toEqual(['kept', 'none'])
  const refused = control.calls({ endpoint: 'use_flow' }).filter(({ status }) => status === 429)
  expect(
    refused.length + control.calls({ endpoint: 'refund_flow' }).filter(({ status }) => status === 429).length,
  ).toBe(1)
})

test.each(['certificate', 'public_key'] as const)(
  'after an activity its whole flows tell what no day’s file could tell, once (%s)',
  async (keyMode) => {
    const { shop, clock, order } = await openWithUse(keyMode)
    await using closing = shop
    const { services, sandbox } = closing
    sandbox.control.refund(order.transactionId)
    const end = await endWithinAnHour(closing, clock)
    const whole = () =>
      flowsOf(shop, beijingDay(end)).then((files) => files.filter(({ kind }) => kind.endsWith('_whole')))
    clock.advance(7 * dayMs)
    await runNow(services, 'flows')
    expect(await whole()).toEqual([])
    expect(await usesOf(shop)).toEqual([])
    clock.advance(2 * dayMs)
    await runNow(services, 'flows')
    expect(await whole()).toMatchObject([
      { kind: 'use_flow_whole', state: 'kept', rows: 1, hash_of: 'unpacked' },
      { kind: 'refund_flow_whole', state: 'kept', rows: 1 },
    ])
    const use = [{ transaction_id: order.transactionId, source: 'flow', returned_source: 'flow' }]
    expect(await usesOf(shop)).toMatchObject(use)
    const before = sandbox.control.countCalls('use_flow_whole')
    await fetchDay(services, shop.merchant, beijingDay(end), new AbortController().signal)
    await runNow(services, 'flows')
    expect(await usesOf(shop)).toMatchObject(use)
    expect(sandbox.control.countCalls('use_flow_whole')).toBe(before)
  },
)

test('an activity without a use has no whole flows, and that is no fault', async () => {
  const { shop, clock } = await openWithUse()
  await using closing = shop
  const { services, sandbox } = closing
  await endWithinAnHour(closing, clock)
  sandbox.control.state.orders.length = 0
  clock.advance(9 * dayMs)
  await runNow(services, 'flows')
  const files = await services.db
    .selectFrom('wechat_files')
    .selectAll()
    .where('kind', 'in', ['use_flow_whole', 'refund_flow_whole'])
    .execute()
  expect(files.map(({ state, reason }) => [state, reason])).toEqual(Array(2).fill(['none', 'empty_day']))
})

test('after a week without a worker, and after a refusal, an operator gets the flows of a day', async () => {
  const { shop, clock, day, toNextDay } = await openWithUse()
  await using closing = shop
  toNextDay()
  shop.sandbox.control.setFault({ fault: 'no_auth', endpoint: 'refund_flow' })
  clock.advance(6 * dayMs)
  await runNow(closing.services, 'flows')
  expect(await flowsOf(shop, day)).toEqual([])
  const fetched = () => fetchDay(shop.services, shop.merchant, day, new AbortController().signal)
  await fetched()
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'refused' }])
  expect(await usesOf(shop)).toHaveLength(1)
  shop.sandbox.control.clearFaults()
  const before = asked(shop)
  await fetched()
  expect(await flowsOf(shop, day)).toMatchObject([
    { state: 'kept', tries: 1 },
    { state: 'none', reason: 'empty_day' },
  ])
  expect(asked(shop)).toBe(before + 1)
})

test('what an operator asks for beyond a minute’s turns is got by the job', async () => {
  const { shop, clock, day, toNextDay } = await openWithUse()
  await using closing = shop
  closing.services.config.flowFilesPerMinute = 1
  toNextDay()
  clock.advance(6 * dayMs)
  await fetchDay(shop.services, shop.merchant, day, new AbortController().signal)
  expect(asked(shop)).toBe(1)
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'due', tries: 0 }])
  clock.advance(minuteMs)
  shop.services.config.flowFilesPerMinute = 100
  await runNow(shop.services, 'flows')
  expect(await flowsOf(shop, day)).toMatchObject([{ state: 'kept' }, { state: 'none' }])
})
