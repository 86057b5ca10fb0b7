import { z } from 'zod'
import type { SpendRule } from '../plumbing/storage/schema.ts'
import { couponList } from './coupon-list.ts'
import type { Fault } from './faults.ts'
import { lateDaysAtMost } from './late-facts.ts'

/** A year: a longer sum says nothing about today's customer, and has more and more rows to read. */
const windowDaysAtMost = 366
/** 30 days: longer than any shop's time for returns. */
const holdMinutesAtMost = 43_200
const tiersAtMost = 10

const tierSchema = z.strictObject({
  /** fen; in `count` mode the nth payment */
  at_least: z.int('must be a whole number').min(1, 'must be at least 1').max(2_000_000_000),
  coupons: couponList.min(1, 'needs at least one coupon'),
  /** How many grants of this tier there are in all. */
  total: z.int('must be a whole number').min(1, 'must be at least 1').max(1_000_000_000).optional(),
})

export const spendSchema = z.strictObject({
  basis: z
    .enum(['total', 'payer_total', 'settlement'], 'must be total, payer_total or settlement')
    .default('payer_total'),
  mode: z.enum(['single', 'cumulative', 'count'], 'must be single, cumulative or count').default('single'),
  window_days: z.int('must be a whole number').min(1, 'must be at least 1').max(windowDaysAtMost).default(30),
  tiers: z.array(tierSchema).min(1, 'needs at least one tier').max(tiersAtMost),
  tier_rule: z.enum(['highest', 'all'], 'must be highest or all').default('highest'),
  exclude_orders_using_our_coupons: z.boolean('must be true or false').default(true),
  hold_minutes: z.int('must be a whole number').min(0).max(holdMinutesAtMost).default(0),
  late_facts: z
    .strictObject({
      earn: z.boolean('must be true or false').default(true),
      within_days: z.int('must be a whole number').min(0).max(lateDaysAtMost).default(lateDaysAtMost),
    })
    .optional(),
})

/** Faults that the schema of a single tier cannot find. */
export function tierFaults({ tiers }: SpendRule): Fault[] {
  const bounds = tiers.map((tier) => tier.at_least)
  const ascending = bounds.every((bound, index) => index === 0 || bound > bounds[index - 1]!)
  const english = 'must ascend in at_least, each another'
  return ascending ? [] : [{ field: 'spend.tiers', english, chinese: '档位的门槛要从低到高，各不相同' }]
}
