import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { couponBody } from '../../sandbox/pay/coupon.ts'
import { couponNow } from '../../sandbox/pay/coupon-window.ts'
import type { Order } from '../../sandbox/pay/order.ts'
import { noteAnswer } from '../../src/coupons/note-answer.ts'
import { recordRedemption } from '../../src/coupons/record-redemptions.ts'
import { recordReturns } from '../../src/coupons/record-return.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { takeRefund } from '../../src/payments/take-refund.ts'
import { beijingDay } from '../../src/plumbing/clock.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Db } from '../../src/plumbing/storage/database.ts'
import { userCouponSchema } from '../../src/wechat/pay/favor.ts'
import { stillClock } from '../support/clock.ts'
import { aSentCoupon, usesOf } from '../support/coupons.ts'
import { openShop, type SandboxShop } from '../support/shop.ts'

/*
 * Over random days of uses, refunds and uses again, reported by any of the sources in any order and any number of times,
 * the ledger counts each use that somebody reported, once, with WeChat's amount and time.
 */

const clock = stillClock()
const begin = clock.now().getTime()
let shop: SandboxShop
let campaign: Campaign
let serial = 0

beforeAll(async () => {
  shop = await openShop({ wechat: 'sandbox', redis: false, clock })
  campaign = await shop.campaign()
})
afterAll(() => shop[Symbol.asyncDispose]())

type Report = {
  /** The order whose use it names; undefined: none. */
  of?: string
  by: 'notice' | 'bare' | 'payment' | 'flow' | 'refund' | 'return' | 'query'
  tell(): Promise<unknown>
}

const inTrx = (act: (trx: Db) => Promise<unknown>) => shop.services.db.transaction().execute(act)
const steps = fc.array(fc.record({ act: fc.constantFrom('pay', 'part', 'full', 'ask'), hours: fc.nat(40) }), {
  minLength: 1,
  maxLength: 9,
})
const order = fc.array(fc.nat(), { maxLength: 30 })

function reportsOfUse(couponId: string, paid: Order): Report[] {
  const { transactionId, outTradeNo, total, openid } = paid
  const { stock_id: stockId, amount } = paid.promotions[0]!
  const usedAt = new Date(paid.paidAt!)
  const about = { couponId, stockId, toldAt: clock.now() }
  const named = { ...about, transactionId, amount, usedAt }
  const payment: Payment = {
    ...{ transactionId, outTradeNo, total, openid, payerTotal: paid.payerTotal, mchid: paid.mchid },
    ...{ subMchid: undefined, goodsTag: undefined, paidAt: usedAt, source: 'notification' as const },
    promotions: paid.promotions,
  }
  const { merchant, services } = shop
  return [
    { of: transactionId, by: 'notice', tell: () => record({ ...named, source: 'notice' }) },
    { by: 'bare', tell: () => record({ ...about, source: 'notice' }) },
    { of: transactionId, by: 'flow', tell: () => record({ ...named, source: 'flow', orderTotal: total }) },
    { of: transactionId, by: 'payment', tell: () => recordPayment(services, merchant, payment) },
  ]
}

function record(fact: Parameters<typeof recordRedemption>[2]) {
  return inTrx((trx) => recordRedemption(trx, shop.merchant, fact))
}

function reportsOfRefund(couponId: string, paid: Order): Report[] {
  const { transactionId } = paid
  const { refundId, outRefundNo, refund, payerRefund, at } = paid.refunds.at(-1)!
  const told = { transactionId, refundId, outRefundNo, refund, payerRefund, refundedAt: new Date(at) }
  const { amount } = paid.promotions[0]!
  const back = { couponId, transactionId, amount, returnedAt: new Date(at), toldAt: clock.now() }
  const isFull = paid.refunds.reduce((sum, one) => sum + one.refund, 0) >= paid.total
  return [
    { by: 'refund', tell: () => takeRefund(shop.services, shop.merchant, told) },
    ...(isFull
      ? [
          {
            of: transactionId,
            by: 'return' as const,
            tell: () =>
              inTrx((trx) => recordReturns(trx, shop.merchant, [{ ...back, usedAt: new Date(paid.paidAt!) }])),
          },
        ]
      : []),
  ]
}

/** Lives a coupon's days at WeChat, and returns what each source could report of them. */
function live(couponId: string, openid: string, days: { act: string; hours: number }[]) {
  const { control } = shop.sandbox
  const reports: Report[] = []
  const uses: Order[] = []
  for (const { act, hours } of days) {
    clock.advance((hours + 1) * 600_000)
    const last = uses.at(-1)
    const left = last ? last.total - last.refunds.reduce((sum, { refund }) => sum + refund, 0) : 0
    if (act === 'pay') {
      const paid = control.addOrder({ openid, total: 6000, goodsTag: 'MUTEX_STORE', useCoupon: true })
      if (paid.promotions.length === 0) continue
      uses.push(paid)
      reports.push(...reportsOfUse(couponId, paid))
    } else if (act === 'ask') {
      const { state } = control
      const coupon = couponNow(state, control.stock(shop.stock.stock_id), state.coupons.get(couponId)!)
      const told = userCouponSchema.parse(couponBody(control.stock(coupon.stockId), coupon))
      const askedAt = clock.now()
      const of = coupon.usedBy?.transactionId
      reports.push({
        ...(of && { of }),
        by: 'query',
        tell: () => inTrx((trx) => noteAnswer(trx, shop.merchant, told, askedAt)),
      })
    } else if (last && left > 0) {
      control.refund(last.transactionId, { refund: act === 'part' ? Math.min(left, 1000) : left })
      reports.push(...reportsOfRefund(couponId, last))
    }
  }
  return { reports, uses }
}

test('the ledger’s uses are those that were reported, per order, day and fen', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(steps, order, async (days, told) => {
      serial += 1
      // Every time at the beginning: the coupons' window must not end.
      clock.advance(begin - clock.now().getTime())
      const openid = shop.member(`any-order-${serial}`)
      const couponId = await aSentCoupon(shop, openid, campaign)
      const { reports, uses } = live(couponId, openid, days)
      const chosen = reports.length === 0 ? [] : told.map((nth) => reports[nth % reports.length]!)
      for (const report of chosen) await report.tell()

      const isTold = (by: Report['by'][], of?: string) =>
        chosen.some((one) => by.includes(one.by) && (of === undefined || one.of === of))
      const named = uses.filter(({ transactionId }) =>
        isTold(['notice', 'flow', 'payment', 'return', 'query'], transactionId),
      )
      const rows = await usesOf(shop, couponId)
      expect(rows.filter((row) => row.transaction_id === null)).toHaveLength(
        named.length === 0 && isTold(['bare']) ? 1 : 0,
      )
      const known = rows.filter((row) => row.transaction_id !== null)
      const figures = (all: { id: string; day: string; fen: number }[]) =>
        all.toSorted((a, b) => (a.id < b.id ? -1 : 1))
      expect(
        figures(
          known.map((row) => ({ id: row.transaction_id!, day: beijingDay(row.used_at!), fen: Number(row.amount) })),
        ),
      ).toEqual(
        figures(
          named.map(({ transactionId: id, paidAt, promotions }) => {
            return { id, day: beijingDay(new Date(paidAt!)), fen: promotions[0]!.amount }
          }),
        ),
      )
      for (const row of known) {
        const paid = uses.find(({ transactionId }) => transactionId === row.transaction_id)!
        const undone = paid.refunds.reduce((sum, { refund }) => sum + refund, 0) >= paid.total
        // Nothing but a full refund undoes a use, and a flow that says so is always believed.
        if (row.returned_at !== null) expect(undone).toBe(true)
        if (isTold(['return'], paid.transactionId)) expect(row.returned_source).toBe('flow')
      }
    }),
    { numRuns: 60 },
  )
})
