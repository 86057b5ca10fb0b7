import type { Random } from './random.ts'

/** A campaign as its operator writes it; only what the simulation changes is typed. */
export type CampaignFile = {
  slug: string
  kind: 'link' | 'spend' | 'card_open'
  limits: Partial<Record<LimitName, number>>
  state: string
  starts_at: string
  ends_at: string
  spend?: SpendFile
  coupons?: { stock_id: string; count: number }[]
  [other: string]: unknown
}

export type LimitName = 'per_member' | 'per_member_per_day' | 'total' | 'per_day'

export type SpendFile = {
  basis: 'payer_total'
  mode: 'single' | 'cumulative' | 'count'
  window_days: number
  tiers: { at_least: number; coupons: { stock_id: string; count: number }[]; total?: number }[]
  tier_rule: 'highest' | 'all'
  hold_minutes: number
}

/** What a run begins with. */
export type Scene = {
  members: string[]
  /** By stock_id: how many coupons WeChat gives one member. */
  stocks: Map<string, number>
  campaigns: CampaignFile[]
  /** Milliseconds by which each process's clock is wrong. */
  offsets: number[]
}

const dayMs = 86_400_000
const [plenty, scarce, plain] = ['16000001', '16000002', '16000003']

/** The campaign whose rules never change and whose limits never bind: what it owes can be worked out exactly. */
export const plainSlug = 'plain-spend'

export function drawScene(random: Random, now: Date): Scene {
  const limit = (chance: number, most: number) => (random.chance(chance) ? 1 + random.below(most) : undefined)
  const at = (ms: number) => new Date(now.getTime() + ms).toISOString()
  const base = { title: '领券有礼', rules: '', state: 'published', starts_at: at(-10 * dayMs), ends_at: at(40 * dayMs) }
  const limits = () =>
    clean({
      per_member: limit(0.7, 2),
      per_member_per_day: limit(0.25, 2),
      total: limit(0.6, 4),
      per_day: limit(0.25, 3),
    })
  const gifts = () => {
    const count = random.pick([1, 1, 1, 2])
    const first = { stock_id: random.pick([plenty, plenty, scarce]), count }
    return random.chance(0.2)
      ? [
          { ...first, stock_id: plenty },
          { stock_id: scarce, count: 1 },
        ]
      : [first]
  }
  const mode = () => random.weighted({ single: 4, cumulative: 2, count: 1 })
  const thresholds = (of: SpendFile['mode']) => (of === 'count' ? [1, 2] : [5_000, 10_000])
  const spend = (of: SpendFile['mode'], stock: string): SpendFile => ({
    basis: 'payer_total',
    mode: of,
    window_days: 30,
    tiers: thresholds(of)
      .slice(0, random.pick([1, 2]))
      .map((at_least) => ({ at_least, coupons: [{ stock_id: stock, count: 1 }] })),
    tier_rule: random.pick(['highest', 'all']),
    hold_minutes: random.pick([0, 0, 10]),
  })
  const edited = spend(mode(), plenty)
  for (const tier of edited.tiers) Object.assign(tier, clean({ total: limit(0.3, 3) }))
  return {
    members: Array.from({ length: random.pick([1, 2, 3]) }, (_, index) => `member-${index}`),
    stocks: new Map([
      [plenty, 60],
      [scarce, random.pick([1, 2, 2, 3])],
      [plain, 60],
    ]),
    campaigns: [
      { ...base, slug: 'link', kind: 'link', limits: limits(), coupons: withinScarce(gifts()) },
      { ...base, slug: plainSlug, kind: 'spend', limits: {}, spend: spend(mode(), plain) },
      { ...base, slug: 'edited-spend', kind: 'spend', limits: limits(), spend: edited },
      { ...base, slug: 'cards', kind: 'card_open', limits: limits(), coupons: [{ stock_id: plenty, count: 1 }] },
    ],
    offsets: Array.from({ length: 3 }, () => Math.round((random.next() * 2 - 1) * 15_000)),
  }
}

/** A campaign may not give more of a stock than WeChat gives a member. */
function withinScarce(coupons: { stock_id: string; count: number }[]) {
  return coupons.map((coupon) => (coupon.stock_id === scarce ? { ...coupon, count: 1 } : coupon))
}

function clean<T extends object>(limits: T): T {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)) as T
}
