import fc from 'fast-check'
import type { CampaignKind, CampaignLimits, CampaignState, SpendRule } from '../../../src/plumbing/storage/schema.ts'

/** A campaign with its stock, what happened in it before, and who asks now. */
export type TrialWorld = {
  kind: CampaignKind
  state: CampaignState
  /** When it starts and ends, in hours from now. */
  hours: [starts: number, ends: number]
  limits: CampaignLimits
  stock: { status: string; left: number; perUser: number; endsInHours: number }
  count: number
  spend: Pick<SpendRule, 'mode' | 'tier_rule'>
  tierTotal: number | undefined
  /** Earlier turns: who, how much is paid, and how many hours pass after it. */
  earlier: { member: number; amount: number; hours: number }[]
  blocked: boolean
  member: number
  /** A payment now, instead of a tap. */
  pays: number | undefined
}

const few = (most: number) => fc.option(fc.integer({ min: 1, max: most }), { nil: undefined, freq: 1 })
/** Round sums, so that tiers are met exactly now and then. */
const amount = fc.constantFrom(2_000, 3_000, 5_000, 8_000, 12_000)
const member = fc.integer({ min: 0, max: 2 })
const usually = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, { arbitrary: fc.constantFrom(...others), weight: 1 })

/** Most worlds are nearly in order, so that limits and not states decide. */
export const trialWorld: fc.Arbitrary<TrialWorld> = fc.record({
  kind: fc.constantFrom('link', 'card_open', 'spend'),
  state: usually<CampaignState>('published', 'paused', 'ended'),
  hours: usually<[number, number]>([-48, 240], [6, 240], [-48, -2]),
  limits: fc
    .record({ per_member: few(3), per_member_per_day: few(2), total: few(4), per_day: few(3) })
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, limit]) => limit !== undefined))),
  stock: fc.record({
    status: usually('running', 'paused', 'stoped', 'unactivated'),
    left: fc.integer({ min: 0, max: 6 }),
    perUser: fc.integer({ min: 1, max: 4 }),
    endsInHours: usually(400, -1),
  }),
  count: fc.integer({ min: 1, max: 2 }),
  spend: fc.record({
    mode: fc.constantFrom('single', 'cumulative', 'count'),
    tier_rule: fc.constantFrom('highest', 'all'),
  }),
  tierTotal: few(2),
  earlier: fc.array(fc.record({ member, amount, hours: fc.constantFrom(0, 0, 5, 20) }), { maxLength: 5 }),
  blocked: usually(false, true),
  member,
  pays: fc.option(amount, { nil: undefined }),
})
