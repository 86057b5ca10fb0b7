import { expect, test } from 'vitest'
import { readBack } from '../../src/campaigns/read-back.ts'
import type { Rules } from '../../src/campaigns/rules-of.ts'
import { coupons, now, someRules, stocks, tiered } from './some-rules.ts'

const december = '12月1日 00:00 至 12月31日 23:59（含当日，北京时间）。'
const two: Parameters<typeof tiered>[0] = [
  [3_000, { 200: 1 }, 20],
  [9_050, { 500: 2 }],
]

const cases: [string, Rules, string][] = [
  ['a link', someRules(), `每位会员领 1 张 2 元券，全场最多 1,000 张（2,000 元），${december}`],
  [
    'a link that one may use again, so often a day',
    someRules({ limits: { per_member: 3, per_member_per_day: 1, total: 1_000, per_day: 50 } }),
    `每位会员最多领 3 次，每次 1 张 2 元券，每位会员每天最多 1 次，全场最多 1,000 张（2,000 元），每天最多 50 张，${december}`,
  ],
  [
    'several coupons and no total',
    someRules({ coupons: coupons({ 200: 2, 1250: 1 }), limits: { per_member: 1, per_day: 9 } }),
    `每位会员领 2 张 2 元券和 1 张 12.50 元券，全场不限总量，每天最多 9 份，${december}`,
  ],
  [
    'a stock that is not imported, by its number',
    someRules({ coupons: coupons({ 404: 1 }), limits: { per_member: 1 } }),
    `每位会员领 1 张 批次 404 的券，全场不限总量，${december}`,
  ],
  [
    'new cards',
    someRules({ kind: 'card_open' }),
    `活动期间新领会员卡的会员得 1 张 2 元券，全场最多 1,000 张（2,000 元），${december}`,
  ],
  [
    'any card',
    someRules({ kind: 'card_open', cards: 'any', limits: { per_member: 2 } }),
    `有会员卡的会员得 1 张 2 元券，每位会员最多 2 次，全场不限总量，${december}`,
  ],
  [
    'tiers of single payments, the highest alone',
    tiered(two),
    `单笔实付满 30 元送 1 张 2 元券（最多 20 份）；单笔实付满 90.50 元送 2 张 5 元券，同时达到几档时只送最高一档，全场不限总量，${december}`,
  ],
  [
    'tiers that are all given, of sums over days',
    tiered(two, { mode: 'cumulative', basis: 'total', window_days: 7, tier_rule: 'all' }, { limits: { total: 5 } }),
    `每 7 天累计订单金额满 30 元送 1 张 2 元券（最多 20 份）；每 7 天累计订单金额满 90.50 元送 2 张 5 元券，同时达到几档时每档都送，全场最多 5 份（50 元），${december}`,
  ],
  [
    'the number of payments',
    tiered([[3, { 500: 1 }]], { mode: 'count' }, { limits: { per_member: 1, total: 8 } }),
    `第 3 笔消费送 1 张 5 元券，每位会员最多 1 次，全场最多 8 份（40 元），${december}`,
  ],
]

test.each(cases)('reads back %s', (_, rules, sentence) => {
  expect(readBack(rules, stocks, now)).toBe(sentence)
})

test('names a year that is not this one', () => {
  const later = someRules({ ends_at: new Date('2027-01-02T15:59:00Z') })
  expect(readBack(later, stocks, now)).toContain('12月1日 00:00 至 2027年1月2日 23:59（含当日，北京时间）')
})
