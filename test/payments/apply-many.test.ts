import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { Merchant } from '../../src/merchants/merchant.ts'
import { applyPayments } from '../../src/payments/apply-many.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { recordNewPayments } from '../../src/payments/intake-many.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import { blockMember } from '../../src/members/blocks.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'
import { noCashTotal } from '../../src/wechat/pay-v2/payment.ts'
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

const fromBill = (changes: Partial<Payment> = {}) => aPayment(services, { source: 'bill', ...changes })
const idsOf = (payments: Payment[]) => payments.map(({ transactionId }) => transactionId)

async function givenBy(of: Merchant) {
  const grants = await services.db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select(['grants.openid', 'tier', 'transaction_id', 'refunded_at', 'state'])
    .where('grants.merchant_id', '=', of.id)
    .orderBy('grants.openid')
    .orderBy('transaction_id')
    .orderBy('grants.campaign_id')
    .orderBy('tier')
    .execute()
  return grants.map(({ refunded_at, ...grant }) => ({ ...grant, refunded: refunded_at !== null }))
}

test(
  'payments applied together earn exactly what they earn one by one, whatever the campaigns and refunds',
  { timeout: 200_000 },
  async () => {
    const rule = fc.record({
      mode: fc.constantFrom('single' as const, 'cumulative' as const, 'count' as const),
      tier_rule: fc.constantFrom('highest' as const, 'all' as const),
    })
    const [who, fen, back] = [fc.nat({ max: 3 }), fc.integer({ min: 1, max: 120 }), fc.nat({ max: 120 })]
    const paid = fc.record({ who, fen, back, minutesAgo: fc.nat({ max: 60 }) })
    const paidAt = (minutes: number) => new Date(services.clock.now().getTime() - minutes * 60_000)
    const property = fc.asyncProperty(
      fc.array(rule, { minLength: 1, maxLength: 2 }),
      fc.array(paid, { maxLength: 8 }),
      fc.array(paid, { minLength: 1, maxLength: 12 }),
      async (rules, before, all) => {
        const given: unknown[] = []
        const known = before.map((one) =>
          aPayment(services, { openid: `o-${one.who}`, total: one.fen, paidAt: paidAt(one.minutesAgo) }),
        )
        const told = all.map((one) =>
          fromBill({ openid: `o-${one.who}`, total: one.fen, paidAt: paidAt(one.minutesAgo) }),
        )
        for (const how of ['together', 'one by one'] as const) {
          const of = await aMerchant(services)
          const its = await aStock(services, of)
          for (const { mode, tier_rule } of rules) {
            const coupons = [{ stock_id: its.stock_id, count: 1 }]
            const tiers = (mode === 'count' ? [2, 3] : [50, 100]).map((at_least) => ({ at_least, coupons }))
            await aSpendCampaign(services, its, { mode, tier_rule, tiers, basis: 'total' })
          }
          for (const payment of known) {
            await recordPayment(services, of, payment)
            await applyPayment(services, of, payment.transactionId)
          }
          for (const [nth, { back }] of [...before, ...all].entries()) {
            const payment = [...known, ...told][nth]!
            if (back < payment.total / 2) continue
            await takeRefund(services, of, aRefund(services, payment, { refund: Math.min(back, payment.total) }))
          }
          await recordNewPayments(services, of, told)
          if (how === 'together') await applyPayments(services, of, idsOf(told))
          else for (const id of idsOf(told)) await applyPayment(services, of, id)
          given.push(await givenBy(of))
        }
        expect(given[0]).toEqual(given[1])
      },
    )
    await fc.assert(property, { numRuns: 10 })
  },
)

test('payments of which nobody knows change nothing, and those beside them earn', async () => {
  await aSpendCampaign(services, stock)
  const payment = fromBill()
  await recordNewPayments(services, merchant, [payment])
  await applyPayments(services, merchant, ['4200nobody', payment.transactionId])
  await applyPayments(services, merchant, [])
  expect(await givenBy(merchant)).toMatchObject([{ transaction_id: payment.transactionId, state: 'reserved' }])
})

test('a member who is kept out gets nothing, and the others beside them do', async () => {
  await aSpendCampaign(services, stock)
  const payments = Array.from({ length: 7 }, () => fromBill())
  const [out, ...others] = payments
  await blockMember(services, { merchantId: merchant.id, openid: out!.openid }, { reason: '刷单', by: 'shop' })
  await recordNewPayments(services, merchant, payments)
  await applyPayments(services, merchant, idsOf(payments))
  expect((await givenBy(merchant)).map(({ openid }) => openid)).toEqual(others.map(({ openid }) => openid).toSorted())
})

test('a campaign that has coupons for fewer gives no more than it has, and says no to the rest', async () => {
  await aSpendCampaign(services, stock, {}, { limits: { total: 3 } })
  const payments = Array.from({ length: 9 }, () => fromBill())
  await recordNewPayments(services, merchant, payments)
  await applyPayments(services, merchant, idsOf(payments))
  await applyPayments(services, merchant, idsOf(payments))
  expect(await givenBy(merchant)).toHaveLength(3)
})

test('a refund that comes while many are looked at keeps its member from the coupon that is no longer earned', async () => {
  await aSpendCampaign(services, stock)
  const payments = [fromBill(), fromBill()]
  await recordNewPayments(services, merchant, payments)
  let isBack = false
  const meanwhile: Services = {
    ...services,
    gate: {
      ...services.gate,
      async admit(asking, limits) {
        if (!isBack) {
          isBack = true
          await takeRefund(services, merchant, aRefund(services, payments[0]!))
        }
        return services.gate.admit(asking, limits)
      },
    },
  }
  await applyPayments(meanwhile, merchant, idsOf(payments))
  expect(await givenBy(merchant)).toMatchObject([{ openid: payments[1]!.openid }])
})

test('payments that are already known stay as they were reported, and one that stands twice is written once', async () => {
  const [known, fresh] = [aPayment(services, { total: 100, payerTotal: 90 }), fromBill({ openid: 'o-飞"\\n' })]
  await recordPayment(services, merchant, known)
  const retold: Payment = { ...known, source: 'bill', total: 777, payerTotal: 777 }
  expect(await recordNewPayments(services, merchant, [fresh, retold, fresh])).toEqual([fresh.transactionId])
  const rows = await services.db.selectFrom('payments').selectAll().where('merchant_id', '=', merchant.id).execute()
  expect(rows).toMatchObject([
    { transaction_id: known.transactionId, source: 'event', total: 100, payer_total: 90 },
    {
      transaction_id: fresh.transactionId,
      openid: fresh.openid,
      source: 'bill',
      promotions: [],
      goods_tag: null,
      sub_mchid: null,
      paid_at: fresh.paidAt,
    },
  ])
})

test('coupons that a bill only adds up are written as their sum, and taken off the settlement', async () => {
  const promotions = [{ type: noCashTotal, amount: 500 }]
  await recordNewPayments(services, merchant, [fromBill({ total: 6000, promotions })])
  const rows = await services.db
    .selectFrom('payments')
    .select(['promotions', 'settlement'])
    .where('merchant_id', '=', merchant.id)
    .execute()
  expect(rows).toEqual([{ promotions, settlement: 5500 }])
})
