import { beforeEach, expect, test } from 'vitest'
import { memberGrants } from '../../src/grants/grants.ts'
import { receive } from '../../src/inbox/inbox.ts'
import { openInboxLoop } from '../../src/inbox/loop.ts'
import type { Merchant } from '../../src/merchants/merchant.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { aMerchant, aStock } from '../support/builders.ts'
import { paymentRefunded, paymentSucceeded } from '../support/events.ts'
import { servicesOfFile } from '../support/services.ts'
import { aPayment, aRefund, aSpendCampaign } from '../support/spend.ts'

/* The merchant's systems name a refund by WeChat's refund_id or by their own out_refund_no; WeChat's notice has both. */

const services = await servicesOfFile({ redis: false })
let merchant: Merchant
let payment: Payment

beforeEach(async () => {
  merchant = await aMerchant(services)
  await aSpendCampaign(services, await aStock(services, merchant))
  payment = aPayment(services, { total: 10_000 })
  await arrive('events', paymentSucceeded(payment))
})

let serial = 0
async function arrive(source: 'events' | 'pay', body: unknown): Promise<void> {
  serial += 1
  const at = services.clock.now()
  await receive(services, { merchantId: merchant.id, source, businessKey: `${serial}`, body, at })
  await openInboxLoop(services).drain()
}
const event = (refundId: string, refund = 3000) =>
  arrive('events', paymentRefunded(aRefund(services, payment, { refundId, refund })))
const notice = (refund_id: string, out_refund_no: string, refund = 3000) =>
  arrive('pay', {
    mchid: payment.mchid,
    id: `notice-${serial}`,
    event_type: 'REFUND.SUCCESS',
    resource: {
      mchid: payment.mchid,
      out_trade_no: payment.outTradeNo,
      transaction_id: payment.transactionId,
      refund_id,
      out_refund_no,
      refund_status: 'SUCCESS',
      success_time: payment.paidAt.toISOString(),
      amount: { total: 10_000, refund, payer_total: 10_000, payer_refund: refund },
    },
  })
const standing = async () =>
  (await memberGrants(services.db, merchant.id, payment.openid, 50)).map((grant) => grant.status)
const refunds = () =>
  services.db
    .selectFrom('refunds')
    .select(['names', 'refund'])
    .where('merchant_id', '=', merchant.id)
    .orderBy('id')
    .execute()

const told: [string, () => Promise<void>][] = [
  ['the mall by its own number', () => event('R-1')],
  ['the mall by WeChat’s number', () => event('5030')],
  ['WeChat', () => notice('5030', 'R-1')],
]

for (const [first, tellFirst] of told) {
  for (const [second, tellSecond] of told.filter(([name]) => name !== first)) {
    const proven = [first, second].includes('WeChat')
    test(`30 of 100 yuan, told by ${first} and by ${second}${proven ? '' : ', and then by WeChat'}: 70 are left, and the 50 yuan tier stands`, async () => {
      await tellFirst()
      await tellSecond()
      if (!proven) {
        // Nobody can know yet that the two are one.
        expect(await standing()).toEqual(['refused'])
        await notice('5030', 'R-1')
      }
      expect(await standing()).toEqual(proven ? ['pending'] : ['pending', 'refused'])
      const [refund, ...more] = await refunds()
      expect(more).toEqual([])
      expect(refund!.names.toSorted()).toEqual(['5030', 'R-1'])
    })
  }
}

test('two refunds of 30 yuan each are two, and 40 of 100 yuan do not earn', async () => {
  await notice('5030', 'R-1')
  await notice('5031', 'R-2')
  await event('R-2')
  expect(await standing()).toEqual(['refused'])
  expect(await refunds()).toHaveLength(2)
})

test('the first report of an amount stands, whichever name a later one comes under', async () => {
  await event('R-1', 1000)
  await notice('5030', 'R-1', 9000)
  await event('5030', 8000)
  expect(await standing()).toEqual(['pending'])
  expect(await refunds()).toMatchObject([{ refund: 1000 }])
})

test('the same number under two payments names two refunds', async () => {
  await event('R-1', 6000)
  const other = aPayment(services, { openid: payment.openid })
  await arrive('events', paymentSucceeded(other))
  await arrive('events', paymentRefunded(aRefund(services, other, { refundId: 'R-1' })))
  expect(await standing()).toEqual(['refused', 'refused'])
})
