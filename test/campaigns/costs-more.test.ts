import { expect, test } from 'vitest'
import { costsMore } from '../../src/campaigns/costs-more.ts'
import type { Rules } from '../../src/campaigns/rules-of.ts'
import type { Account, Merchant } from '../../src/merchants/merchant.ts'
import { coupons, now, someRules, tiered } from './some-rules.ts'

const sender = (mchid: string) => ({ mchid, role: 'sender' }) as Account
const merchant = { accounts: [sender('1900000109'), sender('1900000110')] } as Merchant
const two = (low: number, of: Record<string, number>, total?: number) =>
  tiered([
    [low, of, total],
    [9_000, { 500: 1 }, 15],
  ])
const later = new Date('2027-01-31T15:59:00Z')
const past = new Date('2026-11-29T15:59:00Z')

const dearer: [string, Rules, Rules, string[]][] = [
  [
    'a raised total',
    someRules(),
    someRules({ limits: { per_member: 1, total: 12_000 } }),
    ['总量从 1,000 提高到 12,000'],
  ],
  ['no total any more', someRules(), someRules({ limits: { per_member: 1 } }), ['总量从 1,000 改为不限']],
  [
    'every limit raised',
    someRules({ limits: { per_member: 1, per_member_per_day: 1, total: 10, per_day: 5 } }),
    someRules({ limits: { per_member: 2, per_member_per_day: 2, total: 11, per_day: 6 } }),
    ['总量从 10 提高到 11', '每天限量从 5 提高到 6', '每人限领从 1 提高到 2', '每人每天限领从 1 提高到 2'],
  ],
  ['another stock', someRules(), someRules({ coupons: coupons({ 500: 1 }) }), ['绑定批次 500']],
  ['one more coupon each time', someRules(), someRules({ coupons: coupons({ 200: 2 }) }), ['批次 200 每次发得更多']],
  ['another sender', someRules(), someRules({ sender_mchids: ['1900000110'] }), ['绑定发券商户号 1900000110']],
  [
    'one sender more',
    someRules({ sender_mchids: ['1900000109'] }),
    someRules({ sender_mchids: ['1900000109', '1900000110'] }),
    ['绑定发券商户号 1900000110'],
  ],
  ['a lower tier', two(3_000, { 200: 1 }), two(2_000, { 200: 1 }), ['第 1 档的门槛降低', '批次 200 用在更多的档位']],
  [
    'one tier more, above',
    tiered([[3_000, { 200: 1 }]]),
    tiered([
      [3_000, { 200: 1 }],
      [9_000, { 200: 1 }],
    ]),
    ['第 2 档是新的门槛', '批次 200 用在更多的档位'],
  ],
  ['a tier that gives more often', two(3_000, { 200: 1 }, 20), two(3_000, { 200: 1 }, 21), ['第 1 档的总量提高到 21']],
  ['a tier without its total', two(3_000, { 200: 1 }, 20), two(3_000, { 200: 1 }), ['第 1 档的总量改为不限']],
  [
    "the dear tier's coupon for the cheap one",
    two(3_000, { 200: 1 }),
    two(3_000, { 500: 1 }),
    ['批次 500 用在更多的档位'],
  ],
  [
    'all tiers instead of the highest',
    tiered([[3_000, { 200: 1 }]]),
    tiered([[3_000, { 200: 1 }]], { tier_rule: 'all' }),
    ['达到几档就送几档'],
  ],
  ['another sum', tiered([[3_000, { 200: 1 }]]), tiered([[3_000, { 200: 1 }]], { basis: 'total' }), ['达标的算法改变']],
  ['what was over begins again', someRules({ ends_at: past }), someRules({ ends_at: later }), ['已结束的活动重新开始']],
  [
    'more time without a total',
    someRules({ limits: { per_member: 1 } }),
    someRules({ limits: { per_member: 1 }, ends_at: later }),
    ['没有总量的活动延长时间'],
  ],
]

test.each(dearer)('%s costs more, and says so', (_, before, after, words) => {
  expect(costsMore(merchant, before, after, now)).toEqual(words)
})

const same: [string, Rules, Rules][] = [
  ['nothing', someRules(), someRules()],
  ['another title', someRules(), someRules({ title: '新名字', rules: '说明' })],
  ['lower limits, and a new one', someRules(), someRules({ limits: { per_member: 1, total: 9, per_day: 3 } })],
  ['a coupon less', someRules({ coupons: coupons({ 200: 2, 500: 1 }) }), someRules({ coupons: coupons({ 200: 1 }) })],
  ['more time within a total', someRules(), someRules({ ends_at: later })],
  ['less time', someRules({ limits: {} }), someRules({ limits: {}, ends_at: new Date('2026-12-05T15:59:00Z') })],
  ['the sender that it had by silence', someRules(), someRules({ sender_mchids: ['1900000109'] })],
  ['a tier with a total', two(3_000, { 200: 1 }), two(3_000, { 200: 1 }, 20)],
  ['a tier less', two(3_000, { 200: 1 }), tiered([[9_000, { 500: 1 }, 15]])],
  ['only the highest tier', tiered([[1, { 200: 1 }]], { tier_rule: 'all' }), tiered([[1, { 200: 1 }]])],
]

test.each(same)('%s costs nothing more', (_, before, after) => {
  expect(costsMore(merchant, before, after, now)).toEqual([])
})
