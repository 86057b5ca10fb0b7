import { describe, expect, test } from 'vitest'
import {
  type CampaignPayment,
  earnedTiers,
  fallenTiers,
  type Given,
  missingToNextTier,
  reachOf,
  type SpendCampaign,
} from '../../src/payments/spend-rules.ts'
import { netSpend, settlementOf } from '../../src/payments/amounts.ts'
import type { SpendRule } from '../../src/plumbing/storage/schema.ts'

const coupons = [{ stock_id: '16246120', count: 1 }]
const rule: SpendRule = {
  basis: 'payer_total',
  mode: 'single',
  window_days: 30,
  tiers: [
    { at_least: 5000, coupons },
    { at_least: 10000, coupons },
  ],
  tier_rule: 'highest',
  exclude_orders_using_our_coupons: true,
  hold_minutes: 0,
}
const campaign = (changes: Partial<SpendRule> = {}): SpendCampaign => ({
  rule: { ...rule, ...changes },
  startsAt: new Date('2026-11-01T00:00:00+08:00'),
  endsAt: new Date('2026-12-31T23:59:59+08:00'),
})

let serial = 0
function aPayment(payerTotal: number, changes: Partial<CampaignPayment> = {}): CampaignPayment {
  serial += 1
  return {
    transactionId: `42000${serial}`,
    paidAt: new Date('2026-11-23T12:00:00+08:00'),
    total: payerTotal,
    payerTotal,
    settlement: payerTotal,
    refunds: [],
    usedOurCoupon: false,
    kept: false,
    ...changes,
  }
}

function earned(spend: SpendCampaign, payments: CampaignPayment[], present: CampaignPayment, given: Given[] = []) {
  const reach = reachOf(spend, 'member', payments, present)
  return reach ? earnedTiers(spend, reach, given).map((one) => one.triggerKey) : 'does not count'
}

const sent = (triggerKey: string, tier: number): Given => ({ triggerKey, tier, cancelled: false })
const cancelled = (triggerKey: string, tier: number): Given => ({ triggerKey, tier, cancelled: true })

describe('a single payment', () => {
  test.each([
    [4999, []],
    [5000, ['5000']],
    [9999, ['5000']],
    [10000, ['10000']],
  ])('of %i fen earns the highest tier it reaches: %j', (amount, tiers) => {
    const payment = aPayment(amount)
    expect(earned(campaign(), [payment], payment)).toEqual(
      tiers.map((tier) => `spend/${payment.transactionId}/${tier}`),
    )
  })

  test('earns every tier it reaches where the rule says all', () => {
    const payment = aPayment(10000)
    const key = `spend/${payment.transactionId}`
    expect(earned(campaign({ tier_rule: 'all' }), [payment], payment)).toEqual([`${key}/5000`, `${key}/10000`])
    expect(earned(campaign({ tier_rule: 'all' }), [payment], payment, [sent(`${key}/5000`, 5000)])).toEqual([
      `${key}/10000`,
    ])
  })

  test('earns a tier once, and no lower one after it was partly refunded', () => {
    const payment = aPayment(10000, { refunds: [{ refund: 4000, payerRefund: 4000 }] })
    expect(earned(campaign(), [payment], payment, [sent(`spend/${payment.transactionId}/10000`, 10000)])).toEqual([])
  })

  test('earns the lower tier when the higher one was cancelled before it was sent', () => {
    const payment = aPayment(10000, { refunds: [{ refund: 4000, payerRefund: 4000 }] })
    const key = `spend/${payment.transactionId}`
    expect(earned(campaign(), [payment], payment, [cancelled(`${key}/10000`, 10000)])).toEqual([`${key}/5000`])
  })

  test('is due when its hold is over', () => {
    const spend = campaign({ hold_minutes: 90 })
    const payment = aPayment(5000)
    const reach = reachOf(spend, 'member', [payment], payment)!
    expect(earnedTiers(spend, reach, [])[0]?.dueAt).toEqual(new Date('2026-11-23T13:30:00+08:00'))
  })

  test.each([
    ['the second before the campaign begins', '2026-10-31T23:59:59+08:00', false],
    ['the second it begins', '2026-11-01T00:00:00+08:00', true],
    ['its last instant', '2026-12-31T23:59:59.000+08:00', true],
    ['the instant after it', '2026-12-31T23:59:59.001+08:00', false],
  ])('at %s counts: %s %s', (_name, at, counts) => {
    const payment = aPayment(5000, { paidAt: new Date(at) })
    expect(reachOf(campaign(), 'member', [payment], payment) !== undefined).toBe(counts)
  })

  test('with one of our coupons does not count, unless the rule allows it', () => {
    const payment = aPayment(5000, { usedOurCoupon: true })
    expect(earned(campaign(), [payment], payment)).toBe('does not count')
    expect(earned(campaign({ exclude_orders_using_our_coupons: false }), [payment], payment)).toHaveLength(1)
  })
})

describe('a sum of payments', () => {
  const spend = campaign({ mode: 'cumulative' })

  const [fifty, hundred] = ['spend/member/20261101/5000', 'spend/member/20261101/10000']
  const later = new Date('2026-11-23T13:00:00+08:00')

  test('earns each tier as it is passed, also when both payments are known before the first is settled', () => {
    const first = aPayment(6000)
    const second = aPayment(6000, { paidAt: later })
    expect(earned(spend, [first], first)).toEqual([fifty])
    expect(earned(spend, [first, second], second, [sent(fifty, 5000)])).toEqual([hundred])
    for (const present of [first, second]) {
      expect(earned(spend, [second, first], present)).toEqual([fifty, hundred])
    }
  })

  test('earns only the higher tier when one payment passes both, whatever is paid after it', () => {
    const first = aPayment(12000)
    const second = aPayment(6000, { paidAt: later })
    expect(earned(spend, [first], first)).toEqual([hundred])
    expect(earned(spend, [second, first], second)).toEqual([hundred])
    expect(earned(spend, [first, second], second, [sent(hundred, 10000)])).toEqual([])
  })

  test('whose first payment was told last loses the tier that the second seemed to reach', () => {
    const first = aPayment(12000)
    const second = aPayment(6000, { paidAt: later })
    const given = [sent(fifty, 5000)]
    const reach = reachOf(spend, 'member', [first, second], first)!
    expect(fallenTiers(reach, given)).toEqual(given)
    expect(earned(spend, [first, second], first, given)).toEqual([hundred])
  })

  test('gives a tier to the payment that passed it, and its hold begins with that', () => {
    const held = campaign({ mode: 'cumulative', hold_minutes: 60 })
    const first = aPayment(6000)
    const second = aPayment(6000, { paidAt: later })
    const tiers = earnedTiers(held, reachOf(held, 'member', [first, second], second)!, [])
    expect(tiers.map(({ transactionId, dueAt }) => [transactionId, dueAt.toISOString()])).toEqual([
      [first.transactionId, '2026-11-23T05:00:00.000Z'],
      [second.transactionId, '2026-11-23T06:00:00.000Z'],
    ])
  })

  test('begins anew at midnight in Beijing after window_days', () => {
    const before = aPayment(3000, { paidAt: new Date('2026-11-30T23:59:59+08:00') })
    const after = aPayment(5000, { paidAt: new Date('2026-12-01T00:00:00+08:00') })
    expect(earned(spend, [before, after], before)).toEqual([])
    expect(earned(spend, [before, after], after)).toEqual(['spend/member/20261201/5000'])
  })

  test('counts from the Beijing day on which the campaign begins, whatever the hour', () => {
    const evening = { ...spend, startsAt: new Date('2026-11-01T20:00:00+08:00') }
    const payment = aPayment(5000, { paidAt: new Date('2026-12-01T00:30:00+08:00') })
    expect(earned(evening, [payment], payment)).toEqual(['spend/member/20261201/5000'])
  })

  test('leaves out what was refunded, paid with our coupons, or paid in another time', () => {
    const payments = [
      aPayment(3000),
      aPayment(3000, { refunds: [{ refund: 3000, payerRefund: 3000 }] }),
      aPayment(3000, { usedOurCoupon: true }),
      aPayment(3000, { paidAt: new Date('2026-10-31T00:00:00+08:00') }),
    ]
    expect(reachOf(spend, 'member', payments, payments[0]!)?.value).toBe(3000)
  })

  test('that is passed again after a cancelled grant earns the tier under a key of its own', () => {
    const payment = aPayment(5000)
    const before = [cancelled('spend/member/20261101/5000', 5000)]
    expect(earned(spend, [payment], payment, before)).toEqual(['spend/member/20261101/5000/2'])
    expect(earned(spend, [payment], payment, [...before, sent('spend/member/20261101/5000/2', 5000)])).toEqual([])
  })

  test('that falls below a tier loses its grant, once', () => {
    const payment = aPayment(9000)
    const reach = reachOf(spend, 'member', [payment], payment)!
    const given = [
      sent('spend/member/20261101/5000', 5000),
      sent('spend/member/20261101/10000', 10000),
      cancelled('spend/member/20261101/10000/2', 10000),
      sent('spend/member/20261201/10000', 10000),
      sent('spend/other/20261101/10000', 10000),
    ]
    expect(fallenTiers(reach, given)).toEqual([given[1]])
  })
})

describe('a number of payments', () => {
  const spend = campaign({ mode: 'count', tiers: [{ at_least: 2, coupons }] })

  test('earns its tier at the nth payment, once a campaign, however the payments arrive', () => {
    const [first, second, third] = [aPayment(1), aPayment(1), aPayment(1)]
    expect(earned(spend, [first], first)).toEqual([])
    expect(earned(spend, [first, second], second)).toEqual(['spend/member/count/2'])
    const given = [sent('spend/member/count/2', 2)]
    expect(earned(spend, [first, second, third], third, given)).toEqual([])
  })

  test('does not count a payment that was refunded whole', () => {
    const [whole, partly] = [
      aPayment(10, { refunds: [{ refund: 10, payerRefund: 10 }] }),
      aPayment(10, { refunds: [{ refund: 9, payerRefund: 9 }] }),
    ]
    expect(reachOf(spend, 'member', [whole, partly], partly)?.value).toBe(1)
  })
})

describe('a tier that was added later', () => {
  const since = '2026-11-20T12:00:00+08:00'
  const added = (mode: SpendRule['mode'], changes: Partial<SpendRule> = {}) =>
    campaign({
      mode,
      tiers: [
        { at_least: 1, coupons },
        { at_least: 2, coupons, since },
      ],
      tier_rule: 'all',
      ...changes,
    })
  const [before, after] = [new Date('2026-11-20T11:59:59+08:00'), new Date(since)]

  test('counts the payments made after it', () => {
    for (const [paidAt, tiers] of [
      [before, 1],
      [after, 2],
    ] as const) {
      const payment = aPayment(5, { paidAt })
      expect(earned(added('single'), [payment], payment)).toHaveLength(tiers)
    }
  })

  test('counts the windows that begin after it', () => {
    const spend = added('cumulative', { window_days: 10 })
    for (const [day, tiers] of [
      ['2026-11-21', 2],
      ['2026-11-20', 1],
    ] as const) {
      const payment = aPayment(5, { paidAt: new Date(`${day}T23:00:00+08:00`) })
      expect(earned(spend, [payment], payment)).toHaveLength(tiers)
    }
  })

  test('counts the payments of members who had paid nothing before it', () => {
    const [old, fresh, next] = [aPayment(1, { paidAt: before }), aPayment(1, { paidAt: after }), aPayment(1)]
    expect(earned(added('count'), [old, fresh], fresh)).toHaveLength(1)
    expect(earned(added('count'), [fresh, next], next)).toHaveLength(2)
  })
})

describe('amounts', () => {
  const paid = { total: 1000, payerTotal: 700, settlement: 900 }

  test.each([
    ['total', 100],
    ['payer_total', 70],
    ['settlement', 90],
  ] as const)('a refund of 9 yuan of 10 leaves on %s %i fen', (basis, left) => {
    const refunds = [{ refund: 900, payerRefund: null }]
    expect(netSpend({ ...paid, refunds }, basis)).toBe(left)
  })

  test('what the payer got back is taken as stated, and never leaves less than nothing', () => {
    expect(netSpend({ ...paid, refunds: [{ refund: 900, payerRefund: 630 }] }, 'payer_total')).toBe(70)
    expect(netSpend({ ...paid, refunds: [{ refund: 9999, payerRefund: 9999 }] }, 'payer_total')).toBe(0)
    expect(netSpend({ ...paid, refunds: [{ refund: 9999, payerRefund: null }] }, 'total')).toBe(0)
  })

  test.each(['total', 'payer_total', 'settlement'] as const)('refunds never count above the payment on %s', (basis) => {
    const whole = { refund: 1000, payerRefund: null }
    const stated = { refund: 1000, payerRefund: 700 }
    for (const refunds of [[whole], [whole, whole], [stated, whole], [stated, stated]]) {
      expect(netSpend({ ...paid, refunds }, basis)).toBe(0)
    }
  })

  test('a payment of nothing stays nothing', () => {
    const nothing = { total: 0, payerTotal: 0, settlement: 0, refunds: [{ refund: 5, payerRefund: null }] }
    expect(netSpend(nothing, 'settlement')).toBe(0)
  })

  test('the settlement leaves out the coupons that nobody prefunded', () => {
    const promotions = [
      { type: 'NOCASH', amount: 100 },
      { type: 'DISCOUNT', amount: 50 },
      { type: 'CASH', amount: 200 },
      { amount: 300 },
      { type: 'NOCASH' },
    ]
    expect(settlementOf(1000, promotions)).toBe(850)
    expect(settlementOf(100, promotions)).toBe(0)
  })
})

test('what is missing to the next tier is in the unit of the rule', () => {
  const { tiers } = rule
  expect(missingToNextTier({ tiers, value: 0 })).toBe(5000)
  expect(missingToNextTier({ tiers, value: 5000 })).toBe(5000)
  expect(missingToNextTier({ tiers, value: 10000 })).toBeUndefined()
})
