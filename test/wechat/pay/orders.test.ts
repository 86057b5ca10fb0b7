import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCouponUse } from '../../../src/wechat/pay/coupon-use.ts'
import { readOrder } from '../../../src/wechat/pay/orders.ts'
import { readPayment } from '../../../src/wechat/pay/payment.ts'
import { readRefund } from '../../../src/wechat/pay/refund.ts'
import { openTestClient, publicKeyPlatform } from '../../support/pay-parties.ts'
import { signed } from '../../support/pay-answers.ts'
import { openScriptedHost } from '../../support/scripted-host.ts'

const platform = publicKeyPlatform()

const direct = {
  appid: 'wx0123456789abcdef',
  mchid: '1601400973',
  out_trade_no: 'T1',
  transaction_id: '4200001',
  trade_type: 'JSAPI',
  trade_state: 'SUCCESS',
  success_time: '2026-11-23T12:00:00+08:00',
  payer: { openid: 'oA' },
  amount: { total: 6000, payer_total: '5500', currency: 'CNY', payer_currency: 'CNY' },
  promotion_detail: [{ coupon_id: '9867041', stock_id: 16246120, amount: 500, type: 'NOCASH', goods_detail: [] }],
}
const { appid: _appid, mchid: _mchid, ...shared } = direct
const partner = {
  ...shared,
  sp_mchid: '1267388801',
  sub_mchid: '1601400973',
  payer: { sp_openid: 'oS', sub_openid: 'oA' },
}
const combined = {
  combine_appid: 'wx0',
  combine_mchid: '1900000109',
  combine_out_trade_no: 'C1',
  combine_payer_info: { openid: 'oA' },
  sub_orders: [
    {
      mchid: '1601400973',
      out_trade_no: 'T1',
      transaction_id: '42',
      trade_state: 'SUCCESS',
      amount: { total_amount: 10 },
    },
  ],
}

test.each([
  [{ by: 'transaction_id', value: '4200001' }, '/v3/pay/transactions/id/4200001?mchid=1601400973'],
  [{ by: 'out_trade_no', value: 'T|1*' }, '/v3/pay/transactions/out-trade-no/T%7C1*?mchid=1601400973'],
  [
    { by: 'transaction_id', value: '4200001', subMchid: '77' },
    '/v3/pay/partner/transactions/id/4200001?sp_mchid=1601400973&sub_mchid=77',
  ],
  [
    { by: 'out_trade_no', value: 'T1', subMchid: '77' },
    '/v3/pay/partner/transactions/out-trade-no/T1?sp_mchid=1601400973&sub_mchid=77',
  ],
] as const)('the order %j is asked for by the numbers it was placed with', async (order, url) => {
  await using server = await openScriptedHost(signed(platform, 'subMchid' in order ? partner : direct))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const reply = await readOrder(opened.client, order)
  expect(server.calls[0]).toMatchObject({ method: 'GET', url })
  expect(reply).toMatchObject({
    kind: 'ok',
    body: { shape: 'subMchid' in order ? 'partner' : 'direct', trade_state: 'SUCCESS' },
  })
})

test('an order that is not paid has no payer, time or number of WeChat, and is still an order', async () => {
  const unpaid = {
    ...direct,
    trade_state: 'NOTPAY',
    transaction_id: '',
    success_time: null,
    payer: null,
    promotion_detail: null,
  }
  await using server = await openScriptedHost(signed(platform, unpaid))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const reply = await readOrder(opened.client, { by: 'out_trade_no', value: 'T1' })
  expect(reply).toMatchObject({ kind: 'ok', body: { trade_state: 'NOTPAY', promotion_detail: [] } })
})

test('an order that lacks its state leaves the result unknown', async () => {
  await using server = await openScriptedHost(signed(platform, { ...direct, trade_state: undefined }))
  await using opened = openTestClient({ url: server.url, publicKey: platform })
  const reply = await readOrder(opened.client, { by: 'out_trade_no', value: 'T1' })
  expect(reply).toMatchObject({
    kind: 'unknown',
    word: 'unreadable_answer',
    detail: expect.stringContaining('trade_state'),
  })
})

test('a payment notification is told by its shape: direct, partner, combined or none of them', () => {
  expect(readPayment(direct)).toMatchObject({
    shape: 'direct',
    payer: { openid: 'oA' },
    amount: { total: 6000, payer_total: 5500 },
    success_time: new Date('2026-11-23T04:00:00Z'),
    promotion_detail: [{ coupon_id: '9867041', stock_id: '16246120', amount: 500, type: 'NOCASH' }],
  })
  expect(readPayment(partner)).toMatchObject({ shape: 'partner', payer: { sub_openid: 'oA' } })
  expect(readPayment(combined)).toMatchObject({
    shape: 'combined',
    combine_payer_info: { openid: 'oA' },
    sub_orders: [{ transaction_id: '42', promotion_detail: [] }],
  })
  for (const other of [null, undefined, 'x', [], {}, { mchid: '1', plate_number: '粤B888888' }]) {
    expect(readPayment(other)).toBeUndefined()
  }
})

test('a refund notification gives what went back, for a direct order and for a provider', () => {
  const refund = {
    mchid: '1601400973',
    out_trade_no: 'T1',
    transaction_id: '4200001',
    out_refund_no: 'R1',
    refund_id: '5030001',
    refund_status: 'SUCCESS',
    success_time: '2026-11-24T12:00:00+08:00',
    amount: { total: 6000, refund: '3000', payer_total: 5500, payer_refund: 2750 },
  }
  expect(readRefund(refund)).toMatchObject({ refund_id: '5030001', amount: { refund: 3000, payer_refund: 2750 } })
  const { mchid: _, ...rest } = refund
  expect(readRefund({ ...rest, sp_mchid: '1', sub_mchid: '2', success_time: '' })).toMatchObject({ sub_mchid: '2' })
  expect(readRefund({ ...refund, amount: null })).toBeUndefined()
  expect(readRefund(direct)).toBeUndefined()
})

test('a redemption is read from the new and from the old page', () => {
  const use = {
    stock_creator_mchid: '1267388801',
    stock_id: '16246120',
    coupon_id: '9867041',
    status: 'USED',
    no_cash: null,
    consume_information: { consume_time: '20261123120000', consume_mchid: '1601400973', transaction_id: '4200001' },
  }
  expect(readCouponUse(use)).toMatchObject({
    status: 'USED',
    consume_information: { transaction_id: '4200001', consume_time: new Date('2026-11-23T04:00:00Z') },
  })
  const { status: _, ...old } = use
  expect(readCouponUse({ ...old, state: 'USED' })).toMatchObject({ state: 'USED' })
  // Where and when it was used is not in every message.
  expect(readCouponUse({ ...use, consume_information: undefined })).toMatchObject({ coupon_id: '9867041' })
  expect(readCouponUse({ ...use, coupon_id: undefined })).toBeUndefined()
})

test('whatever arrives, the readers do not throw', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...Object.keys({ ...direct, ...partner, ...combined })),
      (value, key) => {
        for (const base of [direct, partner, combined]) readPayment({ ...base, [key]: value })
        readPayment(value)
        readRefund(value)
        readCouponUse(value)
      },
    ),
  )
})
