import type { Random } from './random.ts'

/** What nobody knows about WeChat, or what is different from day to day: drawn once a run. */
export type WechatRules = {
  /** A number that brought a coupon, sent again by a member who is at the limit: refused, or answered with the coupon. */
  limitsBeforeIdempotency: boolean
  /** How long a number is remembered. */
  memoryMs: number
  /** A number that was refused stays refused, or is looked at anew. */
  remembersRefusals: boolean
  /** RULE_LIMIT while another send of the same member and stock is in hand. */
  falseLimitChance: number
  /** Coupons of each stock; raised when all is healed. */
  budget: number
  /** Coupons a member may have in a month from this creator. */
  monthCap: number
  refusalsAreSigned: number
  listIsRefused: boolean
  /** How often an exchange of the network goes wrong, in each way. */
  faults: Record<NetworkFault, number>
}

export type NetworkFault =
  | 'none'
  | 'unreachable'
  | 'reset before'
  | 'reset after'
  | 'busy before'
  | 'busy after'
  | 'too many'
  | 'bad signature'
  | 'slow'
  | 'silent after'

const hourMs = 3_600_000

export function drawWechatRules(random: Random): WechatRules {
  const often = (weight: number) => (random.chance(0.5) ? weight * random.next() * 2 : 0)
  return {
    limitsBeforeIdempotency: random.chance(0.4),
    memoryMs: random.pick([hourMs, 24 * hourMs, Infinity, Infinity]),
    remembersRefusals: random.chance(0.3),
    falseLimitChance: random.chance(0.4) ? 0.5 : 0,
    budget: random.chance(0.15) ? 1 + random.below(4) : Infinity,
    monthCap: random.chance(0.15) ? 1 + random.below(3) : Infinity,
    refusalsAreSigned: random.pick([1, 1, 0.5, 0]),
    listIsRefused: random.chance(0.3),
    faults: {
      none: 10,
      unreachable: often(0.5),
      'reset before': often(1),
      'reset after': often(2),
      'busy before': often(0.7),
      'busy after': often(0.7),
      'too many': often(1),
      'bad signature': often(0.4),
      slow: often(1.5),
      'silent after': often(1),
    },
  }
}

/** Everything works, limits stand: what a run ends with. */
export function healed(rules: WechatRules): WechatRules {
  const none = Object.fromEntries(Object.keys(rules.faults).map((name) => [name, 0])) as WechatRules['faults']
  return { ...rules, budget: Infinity, falseLimitChance: 0, refusalsAreSigned: 1, faults: { ...none, none: 1 } }
}
