import { beijingDay, beijingDayNumber, startOfBeijingDay } from '../plumbing/clock.ts'
import type { SpendRule, SpendTier } from '../plumbing/storage/schema.ts'
import { netSpend, type Amounts } from './amounts.ts'

/** The part of a campaign that its spend rule needs. */
export type SpendCampaign = { rule: SpendRule; startsAt: Date; endsAt: Date }

/**
 * A payment as a campaign sees it. `kept`: it counts even outside the campaign's time, for example because it has
 * earned something here before that time was changed.
 */
export type CampaignPayment = Amounts & { transactionId: string; paidAt: Date; usedOurCoupon: boolean; kept: boolean }

/** A grant that this campaign gave this member before. A cancelled one gave nothing: its tier can be earned again. */
export type Given = { triggerKey: string; tier: number; cancelled: boolean }

/** A tier that is earned and not given yet, with the payment that reached it. */
export type EarnedTier = { triggerKey: string; tier: SpendTier; transactionId: string; paidAt: Date; dueAt: Date }

/**
 * What some of the member's payments have reached together: fen, or a number of payments when the rule counts payments.
 */
export type Reach = {
  /** Names the payments for which a tier is given once; the trigger key begins with it. */
  scope: string
  value: number
  /** The value without refunds. */
  paid: number
  /** The tiers that apply here: a tier that was added later applies only to what began after that. */
  tiers: SpendTier[]
  /** The tiers that are earned, in the order of payment. */
  steps: { tier: SpendTier; by: CampaignPayment }[]
}

/**
 * Returns how far the member has come with the payments that count together with `present`. Undefined when `present`
 * does not count: it is outside the campaign's time by its own paid_at, or it was paid with one of our coupons and the
 * rule excludes that.
 * - `single`: the payment alone.
 * - `cumulative`: the sum of one window. Windows of `window_days` Beijing days follow one another from the day when the
 *   campaign starts, so that the name of a window never changes.
 * - `count`: the number of the campaign's payments that were not refunded completely.
 * What is earned depends only on the payments, never on the order in which they became known: they are gone through in
 * the order of payment, each with what refunds have left of it. `all`: every tier that is passed is earned. `highest`:
 * of the tiers that one payment passes, only the highest is earned. So 60 yuan and 60 yuan earn the 50 and the 100 yuan
 * tier, and 120 yuan earn only the 100 yuan tier.
 */
export function reachOf(
  campaign: SpendCampaign,
  mark: string,
  payments: CampaignPayment[],
  present: CampaignPayment,
): Reach | undefined {
  return counts(campaign, present) ? reachAround(campaign, mark, payments, present) : undefined
}

/** The same, but it returns the reach also when `present` itself does not count, or no longer counts. */
export function reachAround(
  campaign: SpendCampaign,
  mark: string,
  payments: CampaignPayment[],
  present: CampaignPayment,
): Reach {
  const { scope, together, begunAt } = countedWith(campaign, mark, payments, present)
  const tiers = campaign.rule.tiers.filter(({ since }) => since === undefined || begunAt >= new Date(since))
  return { scope, tiers, ...walk(campaign.rule, tiers, together) }
}

function walk({ basis, mode, tier_rule }: SpendRule, tiers: SpendTier[], payments: CampaignPayment[]) {
  const steps: Reach['steps'] = []
  let [value, paid] = [0, 0]
  const step = (net: number) => (mode === 'count' ? Number(net > 0) : net)
  for (const by of payments.toSorted(asPaid)) {
    const before = value
    value += step(netSpend(by, basis))
    paid += step(netSpend({ ...by, refunds: [] }, basis))
    const passed = tiers.filter(({ at_least }) => at_least > before && at_least <= value)
    steps.push(...(tier_rule === 'all' ? passed : passed.slice(-1)).map((tier) => ({ tier, by })))
  }
  return { value, paid, steps }
}

/** Payments of the same second are ordered by their numbers, so that the order is always the same. */
function asPaid(a: CampaignPayment, b: CampaignPayment): number {
  return a.paidAt.getTime() - b.paidAt.getTime() || (a.transactionId < b.transactionId ? -1 : 1)
}

/**
 * Returns the tiers that `reach` has earned and that were not given yet. `at_least` is reached when the value equals
 * it. A tier whose grant was cancelled can be earned again under another trigger key, since a key is used only once.
 * With `highest`, a coupon that could not be taken back counts for the tiers below it too: these are not given.
 */
export function earnedTiers({ rule }: SpendCampaign, reach: Reach, given: Given[]): EarnedTier[] {
  const before = givenIn(reach.scope, given)
  const standing = before.filter((grant) => !grant.cancelled).map((grant) => grant.tier)
  const fallen = fallenTiers(reach, given).map((grant) => grant.tier)
  const floor = rule.tier_rule === 'highest' ? Math.max(0, ...fallen) : 0
  return reach.steps
    .filter(({ tier }) => tier.at_least > floor && !standing.includes(tier.at_least))
    .map(({ tier, by: { transactionId, paidAt } }) => ({
      triggerKey: triggerKey(reach.scope, tier, before),
      tier,
      transactionId,
      paidAt,
      dueAt: new Date(paidAt.getTime() + rule.hold_minutes * 60_000),
    }))
}

/**
 * Returns the grants for `reach` that are no longer earned: refunds have left less than the tier, or another tier is
 * earned instead.
 */
export function fallenTiers<G extends Given>(reach: Reach, given: G[]): G[] {
  const earned = new Set(reach.steps.map(({ tier }) => tier.at_least))
  return givenIn(reach.scope, given).filter((grant) => !grant.cancelled && !earned.has(grant.tier))
}

/** Returns the grants for `reach` that are still earned. */
export function standingTiers<G extends Given>(reach: Reach, given: G[]): G[] {
  const fallen = fallenTiers(reach, given)
  return givenIn(reach.scope, given).filter((grant) => !grant.cancelled && !fallen.includes(grant))
}

/** Returns what is missing to the next tier, in the unit of `reach`; undefined when every tier is reached. */
export function missingToNextTier({ tiers, value }: Pick<Reach, 'tiers' | 'value'>): number | undefined {
  const missing = tiers.map((tier) => tier.at_least - value).filter((amount) => amount > 0)
  return missing.length > 0 ? Math.min(...missing) : undefined
}

/** Returns the payments that count together with `present`, and when the period that they belong to began. */
function countedWith(
  campaign: SpendCampaign,
  mark: string,
  payments: CampaignPayment[],
  present: CampaignPayment,
): { scope: string; together: CampaignPayment[]; begunAt: Date } {
  const { mode } = campaign.rule
  if (mode === 'single') {
    return {
      scope: `spend/${present.transactionId}`,
      together: [present].filter((payment) => counts(campaign, payment)),
      begunAt: present.paidAt,
    }
  }
  const counted = payments.filter((payment) => counts(campaign, payment))
  if (mode === 'count') {
    const first = Math.min(...counted.map(({ paidAt }) => paidAt.getTime()))
    return { scope: `spend/${mark}/count`, together: counted, begunAt: new Date(first) }
  }
  const begunAt = windowStart(campaign, present.paidAt)
  const together = counted.filter(({ paidAt }) => windowStart(campaign, paidAt).getTime() === begunAt.getTime())
  return { scope: `spend/${mark}/${beijingDay(begunAt)}`, together, begunAt }
}

function counts({ rule, startsAt, endsAt }: SpendCampaign, { paidAt, usedOurCoupon, kept }: CampaignPayment): boolean {
  if (!kept && (paidAt < startsAt || paidAt > endsAt)) return false
  return !(rule.exclude_orders_using_our_coupons && usedOurCoupon)
}

/** The first instant of the window's first Beijing day. */
function windowStart({ rule, startsAt }: SpendCampaign, at: Date): Date {
  const first = beijingDayNumber(startsAt)
  const past = Math.floor((beijingDayNumber(at) - first) / rule.window_days) * rule.window_days
  return startOfBeijingDay(first + past)
}

function givenIn<G extends Given>(scope: string, given: G[]): G[] {
  return given.filter((grant) => grant.triggerKey.startsWith(`${scope}/`))
}

function triggerKey(scope: string, tier: SpendTier, before: Given[]): string {
  const cancelled = before.filter((grant) => grant.cancelled && grant.tier === tier.at_least).length
  return `${scope}/${tier.at_least}${cancelled > 0 ? `/${cancelled + 1}` : ''}`
}
