import { afterEach, describe, expect, test } from 'vitest'
import { memberGrants } from '../../src/grants/grants.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { OrderSpec } from '../../sandbox/pay/place-order.ts'
import { stillClock } from '../support/clock.ts'
import { runNow } from '../support/jobs.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'
import { aSpendCampaign } from '../support/spend.ts'
import { aTrigger } from '../support/triggers.ts'

const minute = 60_000
const [direct, provider] = ['1601400973', '1267388801']

let shop: SandboxShop
const clock = stillClock()
afterEach(() => shop[Symbol.asyncDispose]())

async function open(keyMode: 'certificate' | 'public_key' = 'public_key') {
  shop = await openShop({ wechat: 'sandbox', redis: false, clock, world: { keyMode } })
  await aSpendCampaign(shop.services, shop.stock)
}

let serial = 0
function anOrder(spec: Partial<OrderSpec> = {}) {
  serial += 1
  return shop.sandbox.control.addOrder({ openid: shop.member(`payer-${serial}`), total: 6000, ...spec })
}
const look = (openid: string, name: string) =>
  shop.phoneOf(openid).get(`/m/${shop.merchant.slug}/paid?out_trade_no=${name}`)
const ask = () => runNow(shop.services, 'missing-orders')
const asked = () => shop.sandbox.control.calls().filter(({ endpoint }) => endpoint.includes('order')).length
const given = async (openid: string) => (await memberGrants(shop.services.db, shop.merchant.id, openid, 9)).length
const told = async (transactionId: string) => {
  await shop.sandbox.control.push({ kind: 'merchant_paid', transactionId })
  await openInboxLoop(shop.services).drain()
}
const row = () => shop.services.db.selectFrom('asked_orders').selectAll().executeTakeFirstOrThrow()

describe.each(['certificate', 'public_key'] as const)('WeChat is asked by itself, keys of the mode %s', (keyMode) => {
  test.each([
    ['that the merchant placed', {}],
    ['that the provider placed for it', { mchid: provider, subMchid: direct }],
    ['that is a part of a combined one', { combine: { outTradeNo: 'combined-1' } }],
    ['that the provider combined', { mchid: direct, combine: { outTradeNo: 'combined-2', mchid: provider } }],
  ])('about an order that its page asked about before it was paid: one %s', async (_, spec) => {
    await open(keyMode)
    const order = anOrder({ ...spec, state: 'NOTPAY' })
    await look(order.openid, order.combine?.outTradeNo ?? order.outTradeNo)
    order.state = 'SUCCESS'
    expect(await ask()).toBe('0 of 0 orders found')
    clock.advance(minute)
    expect(await ask()).toBe('1 of 1 orders found')
    expect(await given(order.openid)).toBe(1)
    clock.advance(48 * 60 * minute)
    expect(await ask()).toBe('0 of 0 orders found')
  })

  test('about a payment that only an event told of: it stays as the event said, and gets its coupons from WeChat', async () => {
    await open(keyMode)
    const order = anOrder({ mchid: provider, subMchid: direct })
    await told(order.transactionId)
    expect(await given(order.openid)).toBe(1)
    order.promotions.push({ coupon_id: 'c1', name: '券', stock_id: 's1', amount: 500, type: 'NOCASH' })
    clock.advance(minute)
    expect(await ask()).toBe('1 of 1 orders found')
    const payment = await shop.services.db.selectFrom('payments').selectAll().executeTakeFirstOrThrow()
    expect(payment).toMatchObject({ source: 'event', confirmed_at: clock.now(), total: 6000, settlement: 5500 })
    expect(payment.promotions).toEqual([{ coupon_id: 'c1', stock_id: 's1', amount: 500, type: 'NOCASH' }])
    expect(await given(order.openid)).toBe(1)
  })

  test('a notification that came meanwhile spares the question', async () => {
    await open(keyMode)
    const order = anOrder()
    await told(order.transactionId)
    await shop.sandbox.control.push({ kind: 'payment', transactionId: order.transactionId })
    await openInboxLoop(shop.services).drain()
    clock.advance(minute)
    expect(await ask()).toBe('1 of 1 orders found')
    expect(asked()).toBe(0)
    expect(await row()).toMatchObject({ outcome: 'confirmed' })
  })

  test('and no answer that is forged or broken off is believed: the order is asked about again, and found once', async () => {
    await open(keyMode)
    for (const fault of [
      'bad_signature',
      'unknown_serial',
      'clock_skew',
      'unsigned',
      'tampered_body',
      'half_a_file',
      'reset_after_commit',
    ] as const) {
      const order = anOrder()
      shop.sandbox.control.setFault({ endpoint: 'order', fault })
      await look(order.openid, order.outTradeNo)
      clock.advance(minute)
      expect([fault, await ask()]).toEqual([fault, '0 of 1 orders found'])
      expect([fault, await given(order.openid)]).toEqual([fault, 0])
      shop.sandbox.control.clearFaults()
      clock.advance(5 * minute)
      expect([fault, await ask()]).toEqual([fault, '1 of 1 orders found'])
      expect([fault, await given(order.openid)]).toEqual([fault, 1])
    }
  })

  test('an order that its page and two events name earns once', async () => {
    await open(keyMode)
    const order = anOrder({ state: 'NOTPAY' })
    await look(order.openid, order.outTradeNo)
    order.state = 'SUCCESS'
    for (const _ of [1, 2]) await told(order.transactionId)
    clock.advance(minute)
    await ask()
    clock.advance(24 * 60 * minute)
    await ask()
    expect(await given(order.openid)).toBe(1)
    expect(await shop.services.db.selectFrom('payments').select('id').execute()).toHaveLength(1)
  })
})

test('a process that ends between writing a payment and its award: the next look makes the award', async () => {
  await open()
  const order = anOrder({ state: 'NOTPAY' })
  await look(order.openid, order.outTradeNo)
  order.state = 'SUCCESS'
  clock.advance(minute)
  {
    await using _ = await aTrigger(shop.services.db, 'before insert on grants', "raise 'the machine is gone'")
    await expect(ask()).rejects.toThrow('the machine is gone')
  }
  const written = await shop.services.db.selectFrom('payments').select('transaction_id').execute()
  expect(written).toEqual([{ transaction_id: order.transactionId }])
  expect(await ask()).toBe('1 of 1 orders found')
  expect(await given(order.openid)).toBe(1)
})

test('an order that cannot be applied keeps no other of its merchant from being found', async () => {
  await open()
  const [broken, whole] = [anOrder({ state: 'NOTPAY' }), anOrder({ state: 'NOTPAY' })]
  for (const order of [broken, whole]) {
    await look(order.openid, order.outTradeNo)
    order.state = 'SUCCESS'
  }
  clock.advance(minute)
  const breaks = `if new.openid = '${broken.openid}' then raise 'broken'; end if; return new`
  await using _ = await aTrigger(shop.services.db, 'before insert on grants', breaks)
  await expect(ask()).rejects.toThrow('broken')
  expect(await given(whole.openid)).toBe(1)
})

test('an order of which WeChat knows nothing is asked about with growing pauses, then given up with a word', async () => {
  await open()
  await look(shop.member('nobody'), 'made-up-1')
  let tries = 0
  for (const pause of [1, 5, 30, 120, 1440]) {
    clock.advance(pause * minute - 1)
    expect(await ask()).toBe('0 of 0 orders found')
    clock.advance(1)
    expect(await ask()).toBe('0 of 1 orders found')
    tries += 1
    expect(await row()).toMatchObject({ last_answer: 'unknown_order', outcome: tries < 5 ? null : 'given_up' })
  }
})

test('an order that was closed is not asked about again', async () => {
  await open()
  const order = anOrder({ state: 'NOTPAY' })
  await look(order.openid, order.outTradeNo)
  order.state = 'CLOSED'
  clock.advance(minute)
  await ask()
  expect(await row()).toMatchObject({ outcome: 'given_up', last_answer: 'not_paid' })
})

test('an order of somebody at another shop brings nobody anything', async () => {
  await open()
  const order = anOrder({ appid: 'wx0000000000000000', state: 'SUCCESS' })
  await look(shop.member('curious'), order.outTradeNo)
  clock.advance(minute)
  await ask()
  expect(await row()).toMatchObject({ outcome: 'not_ours', transaction_ids: [] })
  expect(await shop.services.db.selectFrom('payments').selectAll().execute()).toEqual([])
})

test('while WeChat does not answer, the order is kept and asked about later', async () => {
  await open()
  const order = anOrder()
  await told(order.transactionId)
  shop.sandbox.control.setFault({ endpoint: 'order', fault: 'system_error' })
  clock.advance(minute)
  expect(await ask()).toBe('0 of 1 orders found')
  expect(await row()).toMatchObject({ tries: 1, last_answer: 'later' })
  shop.sandbox.control.clearFaults()
  clock.advance(5 * minute)
  expect(await ask()).toBe('1 of 1 orders found')
})

test('of many made-up orders in addresses only so many are kept', async () => {
  await open()
  const { db } = shop.services
  const at = clock.now()
  const rows = Array.from({ length: 500 }, (_, n) => ({
    merchant_id: shop.merchant.id,
    named_by: 'out_trade_no' as const,
    name: `made-up-${n}`,
    told_by: 'page' as const,
    first_at: at,
    due_at: at,
  }))
  await db.insertInto('asked_orders').values(rows).execute()
  await look(shop.member('guesser'), 'one-more')
  expect(await db.selectFrom('asked_orders').select('id').where('name', '=', 'one-more').execute()).toEqual([])
})

test('the made-up orders of one member leave room for those of others', async () => {
  await open()
  const { db } = shop.services
  for (let n = 0; n < 30; n += 1) await look(shop.member('guesser'), `guess-${n}`)
  await look(shop.member('honest'), 'a-real-one')
  const kept = await db.selectFrom('asked_orders').select('name').orderBy('id').execute()
  expect(kept.map(({ name }) => name)).toEqual([...Array.from({ length: 10 }, (_, n) => `guess-${n}`), 'a-real-one'])
})

test('the page after a combined payment shows what each of its orders earned', async () => {
  await open()
  const combine = { outTradeNo: 'combined-3' }
  const first = anOrder({ combine })
  anOrder({ openid: first.openid, combine })
  await look(first.openid, 'combined-3')
  expect(await given(first.openid)).toBe(2)
  const before = asked()
  const again = await look(first.openid, 'combined-3')
  expect(again.text.match(/coupon|张/g)).not.toBeNull()
  expect(asked()).toBe(before)
  const other = await look(shop.member('onlooker'), 'combined-3')
  expect(other.text).toContain('没有找到这笔订单')
})
