import { describe, expect, test } from 'vitest'
import { paymentOfEvent } from '../../src/inbox/event.ts'
import { factsOfNotification } from '../../src/inbox/pay-notification.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import type { Promotion } from '../../src/plumbing/storage/schema.ts'
import { aPayment } from '../support/spend.ts'
import { shopOfFile } from '../support/shop.ts'

/* An order of 60 yuan, paid with a coupon of 10 that nobody prefunded: the merchant books 50, whoever tells of it. */

const { services, merchant } = await shopOfFile({ redis: false })

const coupon = { stock_id: '16246120', coupon_id: '9001', amount: 1000, type: 'NOCASH' }
const byEvent = (payment: Payment, promotions: Promotion[] = [coupon]) =>
  paymentOfEvent({
    type: 'payment.succeeded',
    id: payment.transactionId,
    occurred_at: payment.paidAt.toISOString(),
    data: {
      openid: payment.openid,
      transaction_id: payment.transactionId,
      out_trade_no: payment.outTradeNo,
      mchid: payment.mchid,
      total: 6000,
      payer_total: 5000,
      promotions,
      paid_at: payment.paidAt.toISOString(),
    },
  })
/** WeChat's v2 notice: the coupon without its stock and type, and the sum that is booked. */
function byV2(payment: Payment, fields: Record<string, string> = {}): Payment {
  const resource = {
    return_code: 'SUCCESS',
    result_code: 'SUCCESS',
    appid: merchant.officialAccount.appid,
    mch_id: payment.mchid,
    openid: payment.openid,
    out_trade_no: payment.outTradeNo,
    transaction_id: payment.transactionId,
    time_end: '20261123115900',
    total_fee: '6000',
    settlement_total_fee: '5000',
    cash_fee: '5000',
    coupon_id_0: '9001',
    coupon_fee_0: '1000',
    ...fields,
  }
  const { mchid } = payment
  const [fact] = factsOfNotification(merchant, { mchid, id: 'v2', event_type: 'V2.PAYMENT', resource })
  if (fact?.kind !== 'payment') throw new Error('WeChat tells of no payment')
  return fact.payment
}
const ourOrder = () => aPayment(services, { mchid: merchant.accounts[0]!.mchid })
async function settlementAfter(...reports: Payment[]): Promise<number> {
  for (const report of reports) await recordPayment(services, merchant, report)
  const { settlement } = await services.db
    .selectFrom('payments')
    .select('settlement')
    .where('transaction_id', '=', reports[0]!.transactionId)
    .executeTakeFirstOrThrow()
  return settlement
}

describe('of one coupon that the mall tells with its type and WeChat’s v2 notice without, 10 yuan are taken off once', () => {
  test('when the mall tells first', async () => {
    const order = ourOrder()
    expect(await settlementAfter(byEvent(order), byV2(order))).toBe(5000)
  })

  test('when WeChat tells first, and again after the mall', async () => {
    const order = ourOrder()
    expect(await settlementAfter(byV2(order), byEvent(order), byV2(order))).toBe(5000)
  })

  test('when the mall names its stock alone, at its face value of 15 yuan', async () => {
    const order = ourOrder()
    const byStock = [{ stock_id: coupon.stock_id, amount: 1500, type: 'NOCASH' }]
    expect(await settlementAfter(byEvent(order, byStock), byV2(order))).toBe(5000)
  })
})

test('what WeChat books counts, whatever the coupons that it lists in the same notice add up to', async () => {
  for (const listed of [
    { coupon_type_0: 'NO_CASH', coupon_fee_0: '1000' },
    { coupon_type_0: 'NO_CASH', coupon_fee_0: '300' },
    { coupon_type_0: 'CASH', coupon_fee_0: '500' },
  ]) {
    expect(await settlementAfter(byV2(ourOrder(), listed))).toBe(5000)
  }
})

test('a v2 notice without the sum that is booked takes off the coupons that it calls NO_CASH', async () => {
  const withoutSum = { settlement_total_fee: '', coupon_type_0: 'NO_CASH' }
  expect(await settlementAfter(byV2(ourOrder(), withoutSum))).toBe(5000)
})

describe('a coupon that the mall tells by its stock and face value, and WeChat by its number and what it took off', () => {
  const byFace = [{ stock_id: coupon.stock_id, amount: 1500, type: 'NOCASH' }]
  const ofWeChat = [{ ...coupon, amount: 1000 }]

  test.each([
    ['the mall', byFace, ofWeChat],
    ['WeChat', ofWeChat, byFace],
  ])('is one, as WeChat tells it, when %s tells first', async (_name, first, second) => {
    const order = ourOrder()
    const told = [first, second, first, second].map((promotions) => ({ ...byEvent(order), promotions }))
    expect(await settlementAfter(...told)).toBe(5000)
    const { promotions } = await services.db
      .selectFrom('payments')
      .select('promotions')
      .where('transaction_id', '=', order.transactionId)
      .executeTakeFirstOrThrow()
    expect(promotions).toEqual(ofWeChat)
  })

  test('is a prefunded one, when WeChat says so', async () => {
    const order = ourOrder()
    const prefunded = { ...byEvent(order), promotions: [{ ...coupon, type: 'CASH' }] }
    expect(await settlementAfter(byEvent(order, byFace), prefunded)).toBe(6000)
  })

  test('takes of two coupons of the stock the one of the same amount first', async () => {
    const order = ourOrder()
    const two = [coupon, { ...coupon, coupon_id: '9002', amount: 1500 }]
    const told = { ...byEvent(order), promotions: two }
    // 15 yuan by the stock alone are the second one; the first is known to WeChat only.
    expect(await settlementAfter(byEvent(order, byFace), told)).toBe(3500)
  })
})
