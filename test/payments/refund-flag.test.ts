import { AskAgain } from '../../src/plumbing/ask-again.ts'
import { beforeEach, expect, test } from 'vitest'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { servicesOfFile } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

const services = await servicesOfFile({ redis: false })
let merchant: Merchant
let stock: Stock

beforeEach(async () => {
  merchant = await aMerchant(services)
  stock = await aStock(services, merchant)
})

const pay = async (payment: Payment) => {
  await recordPayment(services, merchant, payment)
  return applyPayment(services, merchant, payment.transactionId)
}
const settle = ({ transactionId }: Payment) => applyPayment(services, merchant, transactionId)
/** The only coupon that the merchant owes or has sent. */
const coupon = () =>
  services.db
    .selectFrom('coupons')
    .innerJoin('grants', 'grants.id', 'coupons.grant_id')
    .select(['coupons.id', 'state', 'reason', 'refunded_at', 'doubt_since'])
    .where('coupons.merchant_id', '=', merchant.id)
    .executeTakeFirstOrThrow()
const lease = async () => services.ledger.leaseOne((await coupon()).id)
async function tooMany(leased: NonNullable<Awaited<ReturnType<typeof lease>>>): Promise<void> {
  const [at, reason] = [services.clock.now(), 'rate_limited']
  await services.ledger.postpone({ coupon: leased, reason, outcome: reason, dueAt: at, doubtful: false, at })
}

test('60 yuan are given back while their coupon is on its way, another 60 come, and it did not arrive: it is still owed', async () => {
  await aSpendCampaign(services, stock, { mode: 'cumulative' })
  const first = aPayment(services)
  await pay(first)
  const leased = await lease()
  const refund = aRefund(services, first)
  expect(await takeRefund(services, merchant, refund)).toEqual({ inFlight: true })
  await pay(aPayment(services, { openid: first.openid }))
  await tooMany(leased!)
  expect(await takeRefund(services, merchant, refund)).toEqual({ inFlight: false })
  expect(await coupon()).toMatchObject({ state: 'reserved', refunded_at: null })
  expect(await lease()).toBeDefined()
})

test('a sent coupon whose money was given back is no longer flagged once other payments have earned it', async () => {
  await aSpendCampaign(services, stock, { mode: 'cumulative' })
  const first = aPayment(services)
  await pay(first)
  const leased = await lease()
  await services.ledger.settleSent({ coupon: leased!, couponId: '98001', status: 200, at: services.clock.now() })
  await takeRefund(services, merchant, aRefund(services, first))
  expect((await coupon()).refunded_at).not.toBeNull()
  const [outcome] = await pay(aPayment(services, { openid: first.openid }))
  expect(outcome!.awards).toEqual([])
  expect(await coupon()).toMatchObject({ state: 'sent', refunded_at: null })
})

test('two refunds that turn out to be one leave no flag on what the rest has earned', async () => {
  await aSpendCampaign(services, stock)
  const payment = aPayment(services, { total: 8_000 })
  await pay(payment)
  const leased = await lease()
  await services.ledger.settleSent({ coupon: leased!, couponId: '98002', status: 200, at: services.clock.now() })
  const named = (refundId: string, outRefundNo?: string) =>
    takeRefund(services, merchant, aRefund(services, payment, { refundId, outRefundNo, refund: 3_000 }))
  await named('5030-a')
  await named('refund-a')
  expect((await coupon()).refunded_at).not.toBeNull()
  await named('5030-a', 'refund-a')
  expect((await coupon()).refunded_at).toBeNull()
})

test('a report that our own coupon paid waits for the coupon that is on its way, and then takes it back', async () => {
  await aSpendCampaign(services, stock)
  const payment = aPayment(services)
  await pay(payment)
  const leased = await lease()
  const withOurs = { ...payment, promotions: [{ stock_id: stock.stock_id, coupon_id: '97001', amount: 1_000 }] }
  await recordPayment(services, merchant, withOurs)
  await expect(settle(payment)).rejects.toThrow(AskAgain)
  await tooMany(leased!)
  await settle(payment)
  expect(await coupon()).toMatchObject({ state: 'refused', reason: 'not_eligible' })
})
