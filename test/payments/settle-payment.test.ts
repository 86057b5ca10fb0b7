import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Grant, memberGrants } from '../../src/claims/grants.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { earned } from '../../src/payments/earned.ts'
import { recordPayment, recordRefund } from '../../src/payments/intake.ts'
import type { Payment, Refund } from '../../src/payments/payment.ts'
import { settlePayment } from '../../src/payments/settle-payment.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/stocks/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { openTestServices } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

let services: Services & AsyncDisposable
let merchant: Merchant
let stock: Stock

beforeAll(async () => {
  services = await openTestServices({ redis: false })
})
beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
})
afterAll(() => services[Symbol.asyncDispose]())

async function paid(payment: Payment) {
  await recordPayment(services, merchant, payment)
  return settlePayment(services, merchant, payment.transactionId)
}
async function refunded(refund: Refund) {
  await recordRefund(services, merchant, refund)
  return settlePayment(services, merchant, refund.transactionId)
}
const grantsOf = ({ openid }: Payment): Promise<Grant[]> => memberGrants(services.db, merchant.id, openid, 50)
const shown = async (payment: Payment) =>
  (await grantsOf(payment)).map(({ status, refundedAt, coupons }) => ({
    status,
    refunded: refundedAt !== null,
    reasons: coupons.map((coupon) => coupon.reason),
  }))

async function sendAll(payment: Payment): Promise<void> {
  const owed = await services.db
    .selectFrom('coupons')
    .select('id')
    .where('merchant_id', '=', merchant.id)
    .where('openid', '=', payment.openid)
    .where('state', '=', 'reserved')
    .execute()
  const now = services.clock.now()
  for (const { id } of owed) {
    const coupon = await services.ledger.leaseOne(id)
    if (coupon) await services.ledger.settleSent({ coupon, couponId: `wx${id}`, status: 200, at: now })
  }
}

describe('a payment', () => {
  test('of exactly the tier is owed its coupon, however often we are told', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services, { total: 5000 })
    for (const _turn of [1, 2, 3]) await paid(payment)
    const [grant, ...more] = await grantsOf(payment)
    expect(more).toEqual([])
    expect(grant).toMatchObject({ status: 'pending', transactionId: payment.transactionId })
  })

  test('one fen below the tier earns nothing', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services, { total: 4999 })
    await paid(payment)
    expect(await shown(payment)).toEqual([])
  })

  test('is told by many at once and is owed one coupon', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await Promise.all(Array.from({ length: 8 }, () => paid(payment)))
    expect(await shown(payment)).toHaveLength(1)
  })

  test('reported a second time for another member or amount changes nothing', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services, { total: 4000 })
    await paid(payment)
    await paid({ ...payment, total: 9000, payerTotal: 9000 })
    await paid({ ...payment, openid: 'somebody-else' })
    expect(await shown(payment)).toEqual([])
    expect(await shown({ ...payment, openid: 'somebody-else' })).toEqual([])
  })

  test('is owed its coupon when the hold is over', async () => {
    await aSpendCampaign(services, stock, { hold_minutes: 60 })
    const payment = aPayment(services)
    await paid(payment)
    const [grant] = await grantsOf(payment)
    expect(grant?.coupons[0]?.dueAt).toEqual(new Date(payment.paidAt.getTime() + 3_600_000))
  })

  test('that used a coupon of the campaign, or any that we sent, does not earn the next', async () => {
    await aSpendCampaign(services, stock)
    const first = aPayment(services)
    await paid(first)
    await sendAll(first)
    const [grant] = await grantsOf(first)
    const openid = first.openid
    const byCoupon = aPayment(services, {
      openid,
      promotions: [{ coupon_id: grant!.coupons[0]!.couponId!, amount: 1 }],
    })
    const byStock = aPayment(services, { openid, promotions: [{ stock_id: stock.stock_id }] })
    const byOther = aPayment(services, { openid, promotions: [{ stock_id: '999', coupon_id: '999' }] })
    for (const payment of [byCoupon, byStock, byOther]) await paid(payment)
    const transactions = (await grantsOf(first)).map((one) => one.transactionId)
    expect(transactions.toSorted()).toEqual([first.transactionId, byOther.transactionId].toSorted())
  })

  test('settles at its total less the coupons of our own stocks that nobody prefunded', async () => {
    const free = await aStock(services, merchant, { no_cash: true })
    await aSpendCampaign(services, stock, { basis: 'settlement' })
    const promotions = [{ stock_id: free.stock_id, amount: 1 }]
    const below = aPayment(services, { total: 5000, promotions })
    const reaching = aPayment(services, { total: 5001, promotions })
    for (const payment of [below, reaching]) await paid(payment)
    expect(await shown(below)).toEqual([])
    expect(await shown(reaching)).toHaveLength(1)
  })

  test('earns nothing in a draft, and can be claimed once a paused campaign goes on', async () => {
    const draft = await aSpendCampaign(services, stock, {}, { state: 'draft' })
    const paused = await aSpendCampaign(services, stock, {}, { state: 'paused' })
    const payment = aPayment(services)
    const outcomes = await paid(payment)
    expect(outcomes.map((one) => one.campaign.slug)).toEqual([paused.slug])
    expect(outcomes[0]?.awards).toEqual([{ kind: 'turned_away', reason: 'paused' }])
    expect(await earned(services, merchant, paused, payment.openid)).toMatchObject([
      { triggerKey: `spend/${payment.transactionId}/5000`, tier: 5000, transactionId: payment.transactionId },
    ])
    expect(await earned(services, merchant, draft, 'nobody')).toEqual([])
  })
})

describe('a refund', () => {
  test('before its payment is kept and counts when the payment comes', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    expect(await refunded(aRefund(services, payment, { refund: 1001 }))).toEqual([])
    await paid(payment)
    expect(await shown(payment)).toEqual([])
  })

  test('that leaves exactly the tier takes nothing away', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await paid(payment)
    await refunded(aRefund(services, payment, { refund: 1000 }))
    expect(await shown(payment)).toEqual([{ status: 'pending', refunded: false, reasons: [null] }])
  })

  test('below the tier cancels a coupon that was not sent, and its place is free again', async () => {
    await aSpendCampaign(services, stock, {}, { limits: { total: 1 } })
    const payment = aPayment(services)
    await paid(payment)
    await refunded(aRefund(services, payment, { refund: 1001 }))
    expect(await shown(payment)).toEqual([{ status: 'refused', refunded: true, reasons: ['refunded'] }])
    const next = aPayment(services)
    await paid(next)
    expect(await shown(next)).toHaveLength(1)
  })

  test('told again, or in parts, counts once', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await paid(payment)
    const part = aRefund(services, payment, { refund: 600 })
    for (const _turn of [1, 2]) await refunded(part)
    await refunded({ ...part, refund: 6000 })
    expect(await shown(payment)).toEqual([{ status: 'pending', refunded: false, reasons: [null] }])
    await refunded(aRefund(services, payment, { refund: 600 }))
    expect(await shown(payment)).toEqual([{ status: 'refused', refunded: true, reasons: ['refunded'] }])
  })

  test('after the coupon was sent leaves it with the member and flags the grant', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await paid(payment)
    await sendAll(payment)
    const [outcome] = await refunded(aRefund(services, payment))
    expect(outcome?.inFlight).toBe(false)
    expect(await shown(payment)).toEqual([{ status: 'sent', refunded: true, reasons: [null] }])
    await paid(payment)
    expect(await shown(payment)).toHaveLength(1)
  })

  test('while the coupon is being sent is tried again when that is known', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await paid(payment)
    const now = services.clock.now()
    const [coupon] = await services.ledger
      .leaseDue(1_000)
      .then((all) => all.filter((one) => one.openid === payment.openid))
    const [first] = await refunded(aRefund(services, payment))
    expect(first?.inFlight).toBe(true)
    await services.ledger.release(coupon!, now)
    const [second] = await settlePayment(services, merchant, payment.transactionId)
    expect(second?.inFlight).toBe(false)
    expect(await shown(payment)).toEqual([{ status: 'refused', refunded: true, reasons: ['refunded'] }])
  })

  test('takes from the sum, and the tier can be earned again', async () => {
    await aSpendCampaign(services, stock, { mode: 'cumulative' })
    const openid = 'saver'
    const first = aPayment(services, { openid, total: 3000 })
    const second = aPayment(services, { openid, total: 3000 })
    await paid(first)
    await paid(second)
    await refunded(aRefund(services, first))
    expect(await shown(first)).toEqual([{ status: 'refused', refunded: true, reasons: ['refunded'] }])
    await paid(aPayment(services, { openid, total: 2000 }))
    expect(await shown(first)).toEqual([
      { status: 'pending', refunded: false, reasons: [null] },
      { status: 'refused', refunded: true, reasons: ['refunded'] },
    ])
  })

  test('to half of the higher tier before it is sent leaves the lower one', async () => {
    const coupons = [{ stock_id: stock.stock_id, count: 1 }]
    const tiers = [5000, 10000].map((at_least) => ({ at_least, coupons }))
    await aSpendCampaign(services, stock, { tiers })
    const payment = aPayment(services, { total: 12000 })
    await paid(payment)
    await refunded(aRefund(services, payment, { refund: 6000 }))
    expect((await shown(payment)).map((one) => one.status)).toEqual(['pending', 'refused'])
  })
})
