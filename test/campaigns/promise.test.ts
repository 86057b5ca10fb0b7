import { expect, test } from 'vitest'
import { promisedBy, promiseWords } from '../../src/campaigns/promise.ts'
import type { Rules } from '../../src/campaigns/rules-of.ts'
import { coupons, someRules, stocks, tiered } from './some-rules.ts'

const cases: [string, Rules, string, number | undefined][] = [
  ['one coupon a thousand times', someRules(), '最多 1,000 张 × 2 元 = 2,000 元', 200_000],
  [
    'yuan with cents, and thousands of them',
    someRules({ coupons: coupons({ 1250: 1 }), limits: { total: 12_345 } }),
    '最多 12,345 张 × 12.50 元 = 154,312.50 元',
    15_431_250,
  ],
  [
    'several coupons at once, which are one award',
    someRules({ coupons: coupons({ 200: 2, 500: 1 }), limits: { total: 10 } }),
    '最多 10 份 × 9 元 = 90 元',
    9_000,
  ],
  [
    'no total: what one costs, and that nothing else ends it',
    someRules({ limits: { per_member: 1 } }),
    '不限总量：每张最多 2 元，发到批次发完或活动结束为止',
    undefined,
  ],
  [
    'no total, several coupons',
    someRules({ coupons: coupons({ 200: 1, 500: 1 }), limits: {} }),
    '不限总量：每份最多 7 元，发到批次发完或活动结束为止',
    undefined,
  ],
  [
    'tiers of different worth, each with its own total',
    tiered([
      [3_000, { 200: 1 }, 20],
      [9_000, { 500: 1 }, 15],
    ]),
    '最多 35 张，共 115 元',
    11_500,
  ],
  [
    'tiers of the same worth',
    tiered([
      [3_000, { 200: 1 }, 20],
      [9_000, { 200: 1 }, 15],
    ]),
    '最多 35 张 × 2 元 = 70 元',
    7_000,
  ],
  [
    "a campaign's total below those of its tiers: all may be of the dearest",
    tiered(
      [
        [3_000, { 200: 1 }, 20],
        [9_000, { 500: 1 }, 15],
      ],
      {},
      { limits: { total: 10 } },
    ),
    '最多 10 张 × 5 元 = 50 元',
    5_000,
  ],
  [
    'a total between: never more than the tiers cost',
    tiered(
      [
        [3_000, { 200: 1 }, 20],
        [9_000, { 500: 1 }, 15],
      ],
      {},
      { limits: { total: 30 } },
    ),
    '最多 30 张，共 115 元',
    11_500,
  ],
  [
    'a tier without a total',
    tiered([
      [3_000, { 200: 1 }, 20],
      [9_000, { 500: 2 }],
    ]),
    '不限总量：每份最多 10 元，发到批次发完或活动结束为止',
    undefined,
  ],
  [
    'a tier without a total, in a campaign that has one',
    tiered(
      [
        [3_000, { 200: 1 }, 20],
        [9_000, { 500: 1 }],
      ],
      {},
      { limits: { total: 100 } },
    ),
    '最多 100 张 × 5 元 = 500 元',
    50_000,
  ],
]

test.each(cases)('promises of %s', (_, rules, words, fen) => {
  expect([promiseWords(rules, stocks), promisedBy(rules, stocks).fen]).toEqual([words, fen])
})
