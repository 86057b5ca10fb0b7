import { describe, expect, test } from 'vitest'
import { memberGrants } from '../../src/grants/grants.ts'
import { recordPayment } from '../../src/payments/intake.ts'
import { joinPromotions } from '../../src/payments/join-promotions.ts'
import type { Payment } from '../../src/payments/payment.ts'
import { applyPayment } from '../../src/payments/apply-payment.ts'
import { aPayment, aSpendCampaign } from '../support/spend.ts'
import { shopOfFile } from '../support/shop.ts'

const { services, merchant, stock } = await shopOfFile({ redis: false, stock: { no_cash: true } })

const stored = ({ transactionId }: Payment) =>
  services.db
    .selectFrom('payments')
    .select(['promotions', 'settlement'])
    .where('transaction_id', '=', transactionId)
    .executeTakeFirstOrThrow()

describe('a payment that the mall tells without promotions and WeChat with them', () => {
  test('earns nothing when it was paid with our coupon, whichever came first', async () => {
    const ours = [{ stock_id: stock.stock_id, coupon_id: '9001', amount: 1000, type: 'NOCASH' }]
    for (const reports of [
      [[], ours],
      [ours, []],
    ]) {
      const payment = aPayment(services)
      for (const promotions of reports) await recordPayment(services, merchant, { ...payment, promotions })
      expect(await stored(payment)).toEqual({ promotions: ours, settlement: 5000 })
      const campaign = await aSpendCampaign(services, stock)
      const outcomes = await applyPayment(services, merchant, payment.transactionId)
      expect(outcomes.find((outcome) => outcome.campaign.id === campaign.id)?.awards).toEqual([])
    }
  })

  test.each(['single', 'cumulative', 'count'] as const)(
    'loses what it earned between the two, if that was not sent, and is not called refunded: %s',
    async (mode) => {
      const tiers = [{ at_least: mode === 'count' ? 1 : 5000, coupons: [{ stock_id: stock.stock_id, count: 1 }] }]
      const campaign = await aSpendCampaign(services, stock, { mode, tiers })
      const payment = aPayment(services)
      const told = async (promotions: Payment['promotions']) => {
        await recordPayment(services, merchant, { ...payment, promotions })
        await applyPayment(services, merchant, payment.transactionId)
        const grants = await memberGrants(services.db, merchant.id, payment.openid, 10)
        return grants
          .filter((grant) => grant.campaign.id === campaign.id)
          .map(({ status, refundedAt, coupons }) => [status, refundedAt, coupons[0]?.reason])
      }
      expect(await told([])).toEqual([['pending', null, null]])
      expect(await told([{ stock_id: stock.stock_id }])).toEqual([['refused', null, 'not_eligible']])
    },
  )

  test('loses none of them when both reports come at once', async () => {
    const payment = aPayment(services)
    await recordPayment(services, merchant, payment)
    const told = Array.from({ length: 6 }, (_, index) => ({ coupon_id: `c${index}`, amount: 100, type: 'NOCASH' }))
    await Promise.all(
      told.map((promotion) => recordPayment(services, merchant, { ...payment, promotions: [promotion] })),
    )
    const { promotions, settlement } = await stored(payment)
    expect(promotions.map(({ coupon_id }) => coupon_id).toSorted()).toEqual(told.map(({ coupon_id }) => coupon_id))
    expect(settlement).toBe(5400)
  })
})

describe('promotions of two reports', () => {
  const full = { stock_id: '16', coupon_id: '9001', amount: 1000, type: 'NOCASH' }

  test('are one where they have one number, with what either says of it', () => {
    const { type: _type, ...byEvent } = full
    expect(joinPromotions([byEvent], [full])).toEqual([full])
    expect(joinPromotions([full], [byEvent])).toEqual([full])
  })

  test('are one where one report leaves the number out, as often as it names the stock', () => {
    const byStock = { stock_id: '16', amount: 1000 }
    expect(joinPromotions([byStock], [full])).toEqual([full])
    const second = { ...full, coupon_id: '9002' }
    expect(joinPromotions([byStock, byStock], [full, second])).toEqual([full, second])
    expect(joinPromotions([full], [byStock, second])).toEqual([full, second])
  })

  test('are two where their numbers, stocks or sums differ', () => {
    const other = { stock_id: '17', amount: 1000 }
    expect(joinPromotions([full], [{ ...full, coupon_id: '9002' }, other])).toHaveLength(3)
    expect(joinPromotions([{ stock_id: '16', amount: 500 }], [{ stock_id: '16', amount: 1000 }])).toHaveLength(2)
  })
})
