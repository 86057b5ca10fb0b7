import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts'
import { createWorld, openidOf, type World, type WorldStock } from '../../sandbox/world.ts'
import { payCall, sendBody, sendPath } from './pay-caller.ts'

const hourMs = 3_600_000
/** A Monday, 12:00 in Beijing. */
const start = new Date('2026-11-23T04:00:00Z')
let now = start
let sandbox: Sandbox
let world: World
let openid: string
let round = 0

beforeAll(async () => {
  world = createWorld({ now, slugs: ['demo', 'other'] })
  sandbox = await startSandbox({ port: 0, world, clock: { now: () => now } })
})
beforeEach(() => {
  now = start
  openid = openidOf(world.merchants[0]!.officialAccount, `member ${++round}`)
})
afterAll(() => sandbox.close())

async function received(change: Partial<WorldStock>, to = openid) {
  const { stock_id } = sandbox.control.addStock({ ...world.stocks[0]!, stock_id: `9${round}`, ...change })
  const timestamp = Math.floor(now.getTime() / 1000)
  const answer = await payCall(sandbox.url, world, sendPath(to), {
    body: sendBody(world, `n-${round}`, { stock_id }),
    timestamp,
  })
  return { stockId: stock_id, status: answer.status, message: answer.body.message }
}

const later = (hours: number) => (now = new Date(start.getTime() + hours * hourMs))
const pay = (tradeType?: 'JSAPI' | 'MICROPAY') =>
  sandbox.control.addOrder({
    openid,
    total: 5000,
    goodsTag: 'MUTEX_STORE',
    useCoupon: true,
    ...(tradeType && { tradeType }),
  })

test('a used coupon is counted, and can be used again after a full refund, not after a part', async () => {
  const { stockId } = await received({})
  expect(pay().payerTotal).toBe(4000)
  expect(sandbox.control.stock(stockId)).toMatchObject({ distributed_coupons: 1, used_coupons: 1 })
  const { transactionId } = sandbox.control.orders().at(-1)!
  sandbox.control.refund(transactionId, { refund: 2000 })
  expect(sandbox.control.coupons(openid)[0]!.status).toBe('USED')
  sandbox.control.refund(transactionId, { refund: 3000 })
  expect(sandbox.control.coupons(openid)[0]!.status).toBe('SENDED')
  expect(sandbox.control.stock(stockId).used_coupons).toBe(1)
  expect(pay().payerTotal).toBe(4000)
})

test('a coupon has expired when its days after receipt are over, or its window', async () => {
  await received({ days_after_receive: 2 })
  later(49)
  expect(sandbox.control.coupons(openid)[0]!.status).toBe('EXPIRED')
  expect(pay().payerTotal).toBe(5000)
  later(47)
  expect(sandbox.control.coupons(openid)[0]!.status).toBe('SENDED')
  expect(pay().payerTotal).toBe(4000)
  later(91 * 24)
  expect(sandbox.control.coupons(openid)[0]!.status).toBe('USED')
})

test('a coupon of certain days and hours is used only then, by the clock of Beijing', async () => {
  await received({ fix_available_time: { available_week_day: [1], begin_time: 13 * 3600, end_time: 14 * 3600 } })
  expect(pay().payerTotal).toBe(5000)
  later(24 + 1.5)
  expect(pay().payerTotal).toBe(5000)
  later(1.5)
  expect(pay().payerTotal).toBe(4000)
})

test('a coupon for the till is not used in the Official Account', async () => {
  await received({ trade_type: ['CARD'] })
  expect(pay('JSAPI').payerTotal).toBe(5000)
  expect(pay('MICROPAY').payerTotal).toBe(4000)
})

test('防刷 also knows a member by the openid of another merchant', async () => {
  const other = world.merchants[1]!
  sandbox.control.changeMember('xiaoming', { abnormal: true })
  const stock = { stock_id: '8', prevent_api_abuse: true, senders: [other.mchids[0]!] }
  sandbox.control.addStock({ ...world.stocks[0]!, ...stock })
  const send = (id: string) =>
    payCall(sandbox.url, world, sendPath(openidOf(other.officialAccount, id)), {
      body: sendBody(world, `o-${id}`, { stock_id: '8', appid: other.officialAccount.appid }),
      mchid: other.mchids[0]!,
      timestamp: Math.floor(now.getTime() / 1000),
    })
  expect((await send('xiaoming')).body.message).toBe('用户非法')
  expect((await send('xiaohong')).status).toBe(200)
})
