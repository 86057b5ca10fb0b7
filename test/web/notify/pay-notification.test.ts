import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { merchantFile } from '../../../sandbox/merchant-file.ts'
import { openInboxLoop } from '../../../src/inbox/loop.ts'
import { applyMerchant } from '../../../src/merchants/apply.ts'
import type { Order } from '../../../sandbox/pay/order.ts'
import type { OrderSpec } from '../../../sandbox/pay/place-order.ts'
import type { PushSpec } from '../../../sandbox/push/push.ts'
import { pushNotice } from '../../../sandbox/push/pay-notification.ts'
import { aStock } from '../../support/builders.ts'
import { aSpendCampaign } from '../../support/spend.ts'
import { openShop, type SandboxShop } from '../../support/shop.ts'

let wired: SandboxShop

beforeAll(async () => {
  wired = await openShop({ wechat: 'sandbox', redis: false })
  const { services, merchant } = wired
  await aSpendCampaign(services, await aStock(services, merchant))
})
beforeEach(() => wired.services.db.deleteFrom('inbox').execute())
afterAll(() => wired[Symbol.asyncDispose]())

let serial = 0
const anOrder = (changes: Partial<OrderSpec> = {}) => {
  serial += 1
  return wired.sandbox.control.addOrder({ openid: `payer-${serial}`, total: 6000, ...changes })
}
const push = (spec: PushSpec) => wired.sandbox.control.push(spec)
const inbox = () => wired.services.db.selectFrom('inbox').selectAll().orderBy('id').execute()
const apply = () => openInboxLoop(wired.services).drain()
const grantsOf = (order: Order) =>
  wired.services.db.selectFrom('grants').selectAll().where('transaction_id', '=', order.transactionId).execute()
/** A notification of any kind for the merchant's own number. */
const notice = (eventType: string, resource: object, id?: string) => {
  const mchid = '1601400973'
  const notifyUrl = `${wired.site.url}/notify/${wired.merchant.slug}/pay/${mchid}`
  return pushNotice(wired.sandbox.control.state, {
    mchid,
    notifyUrl,
    eventType,
    originalType: 'transaction',
    resource,
    ...(id && { id }),
  })
}

describe('WeChat Pay tells of a payment', () => {
  test('of an order that the merchant placed: kept at once, its coupon owed once', async () => {
    const order = anOrder()
    const { attempts } = await push({ kind: 'payment', transactionId: order.transactionId })
    expect(attempts).toMatchObject([{ status: 200 }])
    expect(await inbox()).toMatchObject([{ source: 'pay', applied_at: null }])
    // A repeat may come under another id and with another signature.
    await push({ kind: 'payment', transactionId: order.transactionId })
    expect(await inbox()).toHaveLength(1)
    await apply()
    expect(await grantsOf(order)).toMatchObject([{ openid: order.openid }])
    const [payment] = await wired.services.db
      .selectFrom('payments')
      .selectAll()
      .where('transaction_id', '=', order.transactionId)
      .execute()
    expect(payment).toMatchObject({ source: 'notification', total: 6000, sub_mchid: null })
  })

  test('of an order that the provider placed for it, paid by the openid under its own appid', async () => {
    const order = anOrder({ mchid: '1267388801', subMchid: '1601400973' })
    await push({ kind: 'payment', transactionId: order.transactionId })
    await apply()
    expect(await grantsOf(order)).toMatchObject([{ openid: order.openid }])
  })

  test('of several orders combined in one', async () => {
    const { appid } = wired.merchant.officialAccount
    const sub = (transaction_id: string, mchid: string) => ({
      mchid,
      out_trade_no: `o-${transaction_id}`,
      transaction_id,
      trade_state: 'SUCCESS',
      success_time: new Date().toISOString().replace('Z', '+00:00'),
      amount: { total_amount: 6000, payer_amount: 5000, currency: 'CNY' },
    })
    const combined = {
      combine_appid: appid,
      combine_mchid: '1601400973',
      combine_out_trade_no: 'combined-1',
      combine_payer_info: { openid: 'combiner' },
      sub_orders: [sub('4200c1', '1601400973'), sub('4200c2', '1600000000')],
    }
    await notice('TRANSACTION.SUCCESS', combined)
    await apply()
    const grants = await wired.services.db.selectFrom('grants').selectAll().where('openid', '=', 'combiner').execute()
    expect(grants).toMatchObject([{ transaction_id: '4200c1' }])
    const [{ last_error } = { last_error: '' }] = await inbox()
    expect(last_error).toBe('paid to 1600000000, not a number of this merchant')
  })

  test('and its refund, which may come first', async () => {
    const order = anOrder()
    wired.sandbox.control.refund(order.transactionId)
    order.state = 'SUCCESS'
    for (const kind of ['refund', 'payment'] as const) {
      await push({ kind, transactionId: order.transactionId })
      await apply()
    }
    expect(await grantsOf(order)).toEqual([])
  })

  test('and a refund that did not go through, which changes nothing until it does', async () => {
    const order = anOrder()
    wired.sandbox.control.refund(order.transactionId, { status: 'ABNORMAL' })
    await push({ kind: 'payment', transactionId: order.transactionId })
    await push({ kind: 'refund', transactionId: order.transactionId })
    await apply()
    expect(await grantsOf(order)).toMatchObject([{ refunded_at: null }])
    order.refunds[0]!.status = 'SUCCESS'
    await push({ kind: 'refund', transactionId: order.transactionId })
    await apply()
    expect(await grantsOf(order)).toMatchObject([{ refunded_at: expect.any(Date) }])
  })
})

describe('WeChat Pay tells of what earns nothing: kept, acknowledged, and no grant', () => {
  const paid = () => ({
    appid: wired.merchant.officialAccount.appid,
    mchid: '1601400973',
    out_trade_no: 'order',
    transaction_id: `4200${randomBytes(6).toString('hex')}`,
    trade_state: 'SUCCESS',
    success_time: '2026-11-23T12:00:00+08:00',
    payer: { openid: 'nobody' },
    amount: { total: 6000, payer_total: 6000, currency: 'CNY' },
  })
  test.each<[string, string, () => object]>([
    [
      'a payment under another appid',
      "without a payer under the merchant's appid",
      () => ({ ...paid(), appid: 'wxother' }),
    ],
    ['a payment without a payer', "without a payer under the merchant's appid", () => ({ ...paid(), payer: null })],
    ['a payment that is not done', 'in state NOTPAY', () => ({ ...paid(), trade_state: 'NOTPAY' })],
    ['dollars', 'in USD', () => ({ ...paid(), amount: { total: 6000, currency: 'USD' } })],
    ['a payment without amounts', 'without its number, time or amount', () => ({ ...paid(), amount: null })],
    [
      'a number that proves nothing here',
      'placed by 1600000001, proven by 1601400973',
      () => ({ ...paid(), mchid: '1600000001' }),
    ],
    ['parking', 'a TRANSACTION.SUCCESS of no use here', () => ({ parking_id: '5K8264ILTKCH16CQ250' })],
  ])('%s', async (_name, why, resource) => {
    expect((await notice('TRANSACTION.SUCCESS', resource())).accepted).toBe(true)
    await apply()
    expect(await inbox()).toMatchObject([{ applied_at: expect.any(Date), last_error: why }])
    expect(await wired.services.db.selectFrom('grants').select('id').where('openid', '=', 'nobody').execute()).toEqual(
      [],
    )
  })

  test('a coupon that was used, and what nobody has heard of', async () => {
    const use = { stock_creator_mchid: '1267388801', stock_id: '16246120', coupon_id: '98674556' }
    const information = { consume_information: { transaction_id: '4200', consume_mchid: '1601400973' } }
    for (const id of ['first', 'second']) await notice('COUPON.USE', { ...use, ...information }, id)
    await notice('SOMETHING.NEW', { a: 1 }, 'third')
    await notice('REFUND.SUCCESS', { transaction_id: '4200' }, 'fourth')
    await apply()
    expect((await inbox()).map((entry) => entry.business_key)).toEqual([
      '1601400973/coupon_use/98674556/4200',
      '1601400973/SOMETHING.NEW/third',
      '1601400973/REFUND.SUCCESS/fourth',
    ])
  })
})

describe('a notification is refused and not kept', () => {
  test.each(['signature', 'signtest', 'serial', 'clock', 'unsigned', 'tampered'] as const)('%s', async (spoil) => {
    const order = anOrder()
    const { attempts } = await push({ kind: 'payment', transactionId: order.transactionId, spoil })
    expect(attempts).toMatchObject([{ status: 401 }])
    expect(JSON.parse(attempts[0]!.body)).toMatchObject({ code: 'FAIL' })
    expect(await inbox()).toEqual([])
  })

  test('when it was sealed with another APIv3 key', async () => {
    const account = wired.sandbox.world.accounts.find(({ mchid }) => mchid === '1601400973')!
    const { apiV3Key } = account
    account.apiV3Key = randomBytes(16).toString('hex')
    const answer = await push({ kind: 'payment', transactionId: anOrder().transactionId })
    account.apiV3Key = apiV3Key
    expect(answer.attempts).toMatchObject([{ status: 401 }])
  })

  test('when it is too large, or for a number that the merchant does not have', async () => {
    const address = `${wired.site.url}/notify/${wired.merchant.slug}/pay`
    const post = (url: string, body: string) => fetch(url, { method: 'POST', body })
    expect((await post(`${address}/1601400973`, 'x'.repeat(300_000))).status).toBe(413)
    expect((await post(`${address}/1601400973`, '{')).status).toBe(401)
    expect((await post(`${address}/1600000000`, '{}')).status).toBe(404)
    expect(await inbox()).toEqual([])
  })
})

test('in the week of the switch a notification is one, whether the certificate signs it or the public key', async () => {
  await using shop = await openShop({ wechat: 'sandbox', redis: false, world: { keyMode: 'certificate' } })
  const { control } = shop.sandbox
  const anotherOrder = () => control.addOrder({ openid: shop.member('payer'), total: 6000 }).transactionId
  // Before the switch its certificate became known.
  expect((await control.push({ kind: 'payment', transactionId: anotherOrder() })).accepted).toBe(true)
  for (const account of shop.world.accounts) account.keyMode = 'both'
  await applyMerchant(shop.services, merchantFile(shop.world))
  const transactionId = anotherOrder()
  for (const withPublicKey of [true, false]) {
    const told = { kind: 'payment', transactionId, withPublicKey } as const
    expect((await control.push({ ...told, spoil: 'signature' })).accepted).toBe(false)
    expect((await control.push(told)).accepted).toBe(true)
  }
  expect(await shop.services.db.selectFrom('inbox').select('id').execute()).toHaveLength(2)
})
