import { expect, test } from 'vitest'
import { listUserCoupons, readStock, readUserCoupon, sendCoupon } from '../../../src/wechat/pay/favor.ts'
import { openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signed, unsigned } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'

const platform = publicKeyPlatform()
const coupon = { openid: 'o_-A/b c', body: '{"stock_id":"16246120"}' }

/** WeChat answering once with this, and what was asked of it. */
async function answered<T>(body: unknown, ask: (client: Parameters<typeof sendCoupon>[0]) => Promise<T>) {
  await using server = await openScriptedHost(signed(platform, body))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const reply = await ask(opened.client)
  const { method, url, body: sent } = server.calls[0]!
  return { reply, asked: `${method} ${url}`, sent }
}

const stock = {
  stock_id: 16246120,
  stock_creator_mchid: '1267388801',
  stock_name: '满30减5',
  description: null,
  status: 'running',
  create_time: '2026-11-01T10:00:00.123+08:00',
  start_time: '',
  available_begin_time: '2026-11-01T00:00:00+08:00',
  available_end_time: '2026-12-31T23:59:59+08:00',
  stock_use_rule: {
    max_coupons: '1000',
    max_amount: 500000,
    fixed_normal_coupon: { coupon_amount: '500', transaction_minimum: 3000 },
    max_coupons_per_user: '5',
    goods_tag: ['MUTEX_STORE'],
    trade_type: null,
    combine_use: 'true',
  },
  distributed_coupons: '17',
  no_cash: false,
  singleitem: null,
  stock_type: 'NORMAL',
  something_new: { of: 2027 },
}

test('a coupon is sent to the encoded openid with the stored body, and its number comes back', async () => {
  const { reply, asked, sent } = await answered({ coupon_id: '9867041' }, (client) => sendCoupon(client, coupon))
  expect(reply).toMatchObject({ kind: 'ok', body: { coupon_id: '9867041' } })
  expect(asked).toBe('POST /v3/marketing/favor/users/o_-A%2Fb%20c/coupons')
  expect(sent).toBe(coupon.body)
})

test('a number written as a number is still a coupon number', async () => {
  const { reply } = await answered({ coupon_id: 9867041 }, (client) => sendCoupon(client, coupon))
  expect(reply).toMatchObject({ kind: 'ok', body: { coupon_id: '9867041' } })
})

test.each([{}, { coupon_id: null }, { coupon_id: '' }, [], 'sent'])(
  'a success that says %j leaves the result unknown',
  async (body) => {
    const { reply } = await answered(JSON.stringify(body), (client) => sendCoupon(client, coupon))
    expect(reply).toMatchObject({
      kind: 'unknown',
      word: 'unreadable_answer',
      status: 200,
      requestId: expect.any(String),
    })
  },
)

test('a refusal and an unknown result pass through as they are', async () => {
  await using server = await openScriptedHost(unsigned(429, '{"code":"FREQUENCY_LIMITED","message":"请求过于频繁"}'))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  expect(await sendCoupon(opened.client, coupon)).toMatchObject({ kind: 'refusal', code: 'FREQUENCY_LIMITED' })
  server.answer('silence')
  expect(await sendCoupon(opened.client, { ...coupon, timeoutMs: 500 })).toMatchObject({
    kind: 'unknown',
    word: 'timeout',
  })
})

test('a stock is read with its numbers, whether WeChat writes them as numbers, strings or nulls', async () => {
  const ask = { stockId: '16246120', creatorMchid: '1267388801' }
  const { reply, asked } = await answered(stock, (client) => readStock(client, ask))
  expect(asked).toBe('GET /v3/marketing/favor/stocks/16246120?stock_creator_mchid=1267388801')
  expect(reply).toMatchObject({
    kind: 'ok',
    body: {
      stock_id: '16246120',
      status: 'running',
      create_time: new Date('2026-11-01T02:00:00.123Z'),
      available_end_time: new Date('2026-12-31T15:59:59Z'),
      distributed_coupons: 17,
      no_cash: false,
      stock_use_rule: {
        max_coupons: 1000,
        max_coupons_per_user: 5,
        fixed_normal_coupon: { coupon_amount: 500, transaction_minimum: 3000 },
        goods_tag: ['MUTEX_STORE'],
        trade_type: [],
        combine_use: true,
      },
    },
  })
  const body = reply.kind === 'ok' ? reply.body : undefined
  expect([body?.description, body?.start_time, body?.stop_time, body?.singleitem]).toEqual(Array(4).fill(undefined))
})

test('a stock without what its page promises is named field by field', async () => {
  const ask = { stockId: '1', creatorMchid: '2' }
  const broken = {
    ...stock,
    status: null,
    stock_use_rule: { max_coupons: '1.5' },
    available_end_time: '2026-12-31 23:59',
  }
  const { reply } = await answered(broken, (client) => readStock(client, ask))
  expect(reply).toMatchObject({ kind: 'unknown', word: 'unreadable_answer' })
  expect(reply).toMatchObject({
    detail: expect.stringMatching(/status.*available_end_time.*stock_use_rule\.max_coupons/),
  })
})

const userCoupon = {
  stock_creator_mchid: '1267388801',
  stock_id: '16246120',
  coupon_id: '9867041',
  status: 'USED',
  create_time: '2026-11-02T10:00:00+08:00',
  normal_coupon_information: { coupon_amount: 500, transaction_minimum: 3000 },
  consume_information: { consume_time: '2026-11-03T10:00:00+08:00', consume_mchid: '1601400973', transaction_id: '42' },
}

test('a coupon of a member is read with its use', async () => {
  const ask = { openid: 'oA', couponId: '9867041', appid: 'wx0123456789abcdef' }
  const { reply, asked } = await answered(userCoupon, (client) => readUserCoupon(client, ask))
  expect(asked).toBe('GET /v3/marketing/favor/users/oA/coupons/9867041?appid=wx0123456789abcdef')
  expect(reply).toMatchObject({ kind: 'ok', body: { status: 'USED', consume_information: { transaction_id: '42' } } })
})

test("a member's coupons of one creator come page by page, also when there are none", async () => {
  const ask = { openid: 'oA', appid: 'wx0', creatorMchid: '1267388801', stockId: '16246120', offset: 1 }
  const { reply, asked } = await answered({ total_count: 21, data: [userCoupon], limit: 20, offset: 1 }, (client) =>
    listUserCoupons(client, ask),
  )
  expect(asked).toBe(
    'GET /v3/marketing/favor/users/oA/coupons?appid=wx0&creator_mchid=1267388801&stock_id=16246120&offset=1',
  )
  expect(reply).toMatchObject({ body: { total_count: 21, data: [{ coupon_id: '9867041' }] } })

  const none = await answered({ total_count: 0, data: null }, (client) =>
    listUserCoupons(client, { openid: 'oA', appid: 'wx0', creatorMchid: '1' }),
  )
  expect(none.reply).toMatchObject({ kind: 'ok', body: { data: [] } })
})
