import { AskAgain } from '../../src/plumbing/ask-again.ts'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Grant, memberGrants } from '../../src/grants/grants.ts'
import { retryGrants } from '../../src/grants/retry.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { earned } from '../../src/payments/earned.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment, Refund } from '../../src/payments/payment.ts'
import { rewardFor } from '../../src/payments/reward.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aMerchant, aStock, breakSenders } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

const services = await servicesOfFile({ redis: false })
let merchant: Merchant
let stock: Stock

beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
})

async function paid(payment: Payment) {
  await recordPayment(services, merchant, payment)
  return applyPayment(services, merchant, payment.transactionId)
}
async function refunded(refund: Refund) {
  const taken = await takeRefund(services, merchant, refund)
  await applyPayment(services, merchant, refund.transactionId)
  return taken
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
    expect(await earned(services.db, merchant, paused, payment.openid)).toMatchObject([
      { triggerKey: `spend/${payment.transactionId}/5000`, tier: 5000, transactionId: payment.transactionId },
    ])
    expect(await earned(services.db, merchant, draft, 'nobody')).toEqual([])
  })
})

describe('a sum of 60 yuan and 60 yuan', () => {
  const tiers = () => [5000, 10000].map((at_least) => ({ at_least, coupons: [{ stock_id: stock.stock_id, count: 1 }] }))
  const minutesAgo = (minutes: number) => new Date(services.clock.now().getTime() - minutes * 60_000)
  const tiersOf = async ({ openid }: Payment) =>
    services.db
      .selectFrom('grants')
      .select(['tier', 'transaction_id'])
      .where('openid', '=', openid)
      .orderBy('tier')
      .execute()

  test.each([
    ['one after the other', ['record first', 'settle first', 'record second', 'settle second']],
    ['together', ['record first', 'record second', 'settle first', 'settle second']],
    ['the later one first', ['record second', 'settle second', 'record first', 'settle first']],
  ])('brings the 50 and the 100 yuan tier, told %s', async (_how, steps) => {
    await aSpendCampaign(services, stock, { mode: 'cumulative', tiers: tiers() }, { starts_at: minutesAgo(60 * 48) })
    const first = aPayment(services, { paidAt: minutesAgo(2) })
    const second = aPayment(services, { openid: first.openid, paidAt: minutesAgo(1) })
    const doing: Record<string, () => Promise<unknown>> = {
      'record first': () => recordPayment(services, merchant, first),
      'record second': () => recordPayment(services, merchant, second),
      'settle first': () => applyPayment(services, merchant, first.transactionId),
      'settle second': () => applyPayment(services, merchant, second.transactionId),
    }
    for (const step of steps) await doing[step]!()
    expect((await tiersOf(first)).map(({ tier }) => tier)).toEqual([5000, 10000])
  })

  test('that turns out to have been 120 yuan and then 60 keeps the 100 yuan tier alone, if the other was not sent', async () => {
    await aSpendCampaign(services, stock, { mode: 'cumulative', tiers: tiers() }, { starts_at: minutesAgo(60 * 48) })
    const late = aPayment(services, { total: 12000, paidAt: minutesAgo(2) })
    const early = aPayment(services, { openid: late.openid, paidAt: minutesAgo(1) })
    await paid(early)
    await paid(late)
    expect(await shown(late)).toEqual([
      { status: 'pending', refunded: false, reasons: [null] },
      { status: 'refused', refunded: false, reasons: ['not_eligible'] },
    ])
    const [, old] = await grantsOf(late)
    await retryGrants(services, [old!.id])
    expect((await shown(late)).map(({ status }) => status)).toEqual(['pending', 'refused'])
  })
})

test('a campaign that cannot give keeps no other from giving, and is tried again', async () => {
  const healthy = await aSpendCampaign(services, stock)
  const broken = await aSpendCampaign(services, stock)
  await breakSenders(services, broken)
  const payment = aPayment(services)
  await expect(paid(payment)).rejects.toThrow(`no sender account for campaign ${broken.slug}`)
  expect((await grantsOf(payment)).map((grant) => grant.campaign.slug)).toEqual([healthy.slug])
  const page = await rewardFor(services, merchant, payment.openid, { transaction_id: payment.transactionId })
  expect(page).toMatchObject({ kind: 'granted', grants: [{ campaign: { slug: healthy.slug } }] })

  await services.db.updateTable('campaigns').set({ sender_mchids: [] }).where('id', '=', broken.id).execute()
  services.catalog.forget()
  await paid(payment)
  expect(await grantsOf(payment)).toHaveLength(2)
})

test('campaigns of which each is undecided leave the payment undecided, and name all', async () => {
  const campaigns = [await aSpendCampaign(services, stock), await aSpendCampaign(services, stock)]
  const payment = aPayment(services)
  await recordPayment(services, merchant, payment)
  const gate: Services['gate'] = {
    ...services.gate,
    admit: (_asking, limits) => Promise.resolve({ kind: 'full', limit: limits[0]!, grantId: undefined }),
  }
  const error: unknown = await applyPayment({ ...services, gate }, merchant, payment.transactionId).catch(
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(AskAgain)
  expect(((error as Error).cause as AggregateError).errors).toHaveLength(campaigns.length)
  const page = await rewardFor({ ...services, gate }, merchant, payment.openid, {
    transaction_id: payment.transactionId,
  })
  expect(page).toEqual({ kind: 'later' })
})

describe('a refund', () => {
  test('before its payment is kept and counts when the payment comes', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    expect(await refunded(aRefund(services, payment, { refund: 1001 }))).toEqual({ inFlight: false })
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
    expect(await refunded(aRefund(services, payment))).toEqual({ inFlight: false })
    expect(await shown(payment)).toEqual([{ status: 'sent', refunded: true, reasons: [null] }])
    await paid(payment)
    expect(await shown(payment)).toHaveLength(1)
  })

  test('of a payment that was found out to use our coupon flags what it had brought all the same', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await paid(payment)
    await sendAll(payment)
    await paid({ ...payment, promotions: [{ stock_id: stock.stock_id, coupon_id: '9001', amount: 1000 }] })
    expect(await shown(payment)).toEqual([{ status: 'sent', refunded: false, reasons: [null] }])
    await refunded(aRefund(services, payment))
    expect(await shown(payment)).toEqual([{ status: 'sent', refunded: true, reasons: [null] }])
  })

  test('while the coupon is being sent is tried again when that is known', async () => {
    await aSpendCampaign(services, stock)
    const payment = aPayment(services)
    await paid(payment)
    const now = services.clock.now()
    const [coupon] = await services.ledger
      .leaseDue(1_000)
      .then((all) => all.filter((one) => one.openid === payment.openid))
    const refund = aRefund(services, payment)
    expect(await takeRefund(services, merchant, refund)).toEqual({ inFlight: true })
    await expect(applyPayment(services, merchant, payment.transactionId)).rejects.toThrow('being sent at this moment')
    await services.ledger.release(coupon!, now)
    // Given back unsent: no worker takes it before the refund is looked at again.
    expect((await services.ledger.leaseDue(1_000)).filter((one) => one.openid === payment.openid)).toEqual([])
    expect(await services.ledger.leaseOne(coupon!.id)).toBeUndefined()
    expect(await refunded(refund)).toEqual({ inFlight: false })
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
