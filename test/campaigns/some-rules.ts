import type { Rules } from '../../src/campaigns/rules-of.ts'
import type { Stocks } from '../../src/campaigns/promise.ts'

export const now = new Date('2026-11-30T02:00:00Z')

/** Coupons of 2, 5 and 12.50 yuan, as a stock's number says. */
export const stocks: Stocks = new Map(
  [
    { stock_id: '200', coupon_amount: 200 },
    { stock_id: '500', coupon_amount: 500 },
    { stock_id: '1250', coupon_amount: 1_250 },
  ].map((one) => [one.stock_id, { ...one, name: `${one.stock_id} 分券`, transaction_minimum: 3_000 }]),
)

/** `{ 200: 1 }`: one coupon of 2 yuan. */
export function coupons(counts: Record<string, number>): Rules['coupons'] {
  return Object.entries(counts).map(([stock_id, count]) => ({ stock_id, count }))
}

/** A published link campaign of December that gives a coupon of 2 yuan a thousand times. */
export function someRules(changes: Partial<Rules> = {}): Rules {
  return {
    kind: 'link',
    title: '领券有礼',
    rules: '',
    state: 'published',
    starts_at: new Date('2026-11-30T16:00:00Z'),
    ends_at: new Date('2026-12-31T15:59:00Z'),
    coupons: coupons({ 200: 1 }),
    limits: { per_member: 1, total: 1_000 },
    spend: null,
    card_ids: [],
    cards: 'new',
    gifted: false,
    channel: null,
    stackable: false,
    sender_mchids: [],
    ...changes,
  }
}

type Spend = NonNullable<Rules['spend']>

/** A campaign that pays by tiers: the bound, what it gives, and how often at most. */
export function tiered(
  tiers: [number, Record<string, number>, number?][],
  changes: Partial<Spend> = {},
  rules: Partial<Rules> = {},
): Rules {
  const spend: Spend = {
    basis: 'payer_total',
    mode: 'single',
    window_days: 30,
    tier_rule: 'highest',
    exclude_orders_using_our_coupons: true,
    hold_minutes: 0,
    tiers: tiers.map(([at_least, counts, total]) => ({
      at_least,
      coupons: coupons(counts),
      ...(total !== undefined && { total }),
    })),
    ...changes,
  }
  return someRules({ kind: 'spend', coupons: [], spend, limits: {}, ...rules })
}
