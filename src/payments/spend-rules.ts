import { beijingDay } from '../clock.ts'
import type { SpendRule, SpendTier } from '../schema.ts'
import { netSpend, type Amounts } from './amounts.ts'

/** What of a campaign its spend rule needs. */
export type SpendCampaign = { rule: SpendRule; startsAt: Date; endsAt: Date }

/** A payment as a campaign sees it. */
export type CampaignPayment = Amounts & { transactionId: string; paidAt: Date; usedOurCoupon: boolean }

/** A grant that this campaign gave this member before. A cancelled one gave nothing: its tier can be earned again. */
export type Given = { triggerKey: string; tier: number; cancelled: boolean }

/** A tier earned and not given yet. */
export type EarnedTier = { triggerKey: string; tier: SpendTier; transactionId: string; dueAt: Date }

/** How far one payment has brought its member: fen, or a number of payments where the rule counts them. */
export type Reach = { scope: string; value: number }

/**
 * How far the member is, seen from `present`; undefined when `present` does not count: outside the campaign's time by
 * its own paid_at, or paid with one of our coupons where the rule excludes that.
 *
 * - `single`: the payment itself.
 * - `cumulative`: the sum of one window. Windows follow one another, `window_days` Beijing days each, from the day the
 *   campaign starts, so that a window has a name that never moves.
 * - `count`: how many payments of the campaign still stand, that is, were not refunded whole.
 *
 * The scope names what a tier is given once for; it begins the trigger key, where `mark` stands for the member.
 */
export function reachOf(
  campaign: SpendCampaign,
  mark: string,
  payments: CampaignPayment[],
  present: CampaignPayment,
): Reach | undefined {
  if (!counts(campaign, present)) return undefined
  const { basis, mode } = campaign.rule
  if (mode === 'single') return { scope: `spend/${present.transactionId}`, value: netSpend(present, basis) }

  const counted = payments.filter((payment) => counts(campaign, payment))
  if (mode === 'count') {
    return { scope: `spend/${mark}/count`, value: counted.filter((payment) => netSpend(payment, basis) > 0).length }
  }
  const window = windowStartDay(campaign, present.paidAt)
  const inWindow = counted.filter((payment) => windowStartDay(campaign, payment.paidAt) === window)
  return {
    scope: `spend/${mark}/${window}`,
    value: inWindow.reduce((sum, payment) => sum + netSpend(payment, basis), 0),
  }
}

/**
 * The tiers that `reach` has earned and that were not given yet. `all`: each tier reached, once a scope. `highest`: the
 * highest one reached, and only when it is above all that the scope was given before: who has the 50 yuan tier and
 * then reaches 100 gets the 100 yuan tier in addition; who passes both at once gets only the 100 yuan tier.
 *
 * `at_least` is reached when the value equals it. A tier whose grant was cancelled can be earned again under a key of
 * its own, since a trigger key is used once.
 */
export function earnedTiers(
  campaign: SpendCampaign,
  reach: Reach,
  present: { transactionId: string; paidAt: Date },
  given: Given[],
): EarnedTier[] {
  const { rule } = campaign
  const before = givenIn(reach.scope, given)
  const standing = before.filter((grant) => !grant.cancelled).map((grant) => grant.tier)
  const reached = rule.tiers.filter((tier) => tier.at_least <= reach.value && !standing.includes(tier.at_least))
  return (rule.tier_rule === 'all' ? reached : highestAbove(reached, standing)).map((tier) => ({
    triggerKey: triggerKey(reach.scope, tier, before),
    tier,
    transactionId: present.transactionId,
    dueAt: new Date(present.paidAt.getTime() + rule.hold_minutes * 60_000),
  }))
}

/** What was given for `reach` and is no longer earned: its tier lies above what refunds have left. */
export function fallenTiers<G extends Given>(reach: Reach, given: G[]): G[] {
  return givenIn(reach.scope, given).filter((grant) => !grant.cancelled && grant.tier > reach.value)
}

/** What is missing to the next tier above `reach`, in its own unit; undefined when every tier is reached. */
export function missingToNextTier(rule: SpendRule, reach: Reach): number | undefined {
  const missing = rule.tiers.map((tier) => tier.at_least - reach.value).filter((amount) => amount > 0)
  return missing.length > 0 ? Math.min(...missing) : undefined
}

function counts(campaign: SpendCampaign, payment: CampaignPayment): boolean {
  if (payment.paidAt < campaign.startsAt || payment.paidAt > campaign.endsAt) return false
  return !(campaign.rule.exclude_orders_using_our_coupons && payment.usedOurCoupon)
}

const dayMs = 86_400_000
const beijingOffsetMs = 8 * 3_600_000

function windowStartDay({ rule, startsAt }: SpendCampaign, at: Date): string {
  const first = dayNumber(startsAt)
  const past = Math.floor((dayNumber(at) - first) / rule.window_days) * rule.window_days
  return beijingDay(new Date((first + past) * dayMs - beijingOffsetMs))
}

function dayNumber(at: Date): number {
  return Math.floor((at.getTime() + beijingOffsetMs) / dayMs)
}

function givenIn<G extends Given>(scope: string, given: G[]): G[] {
  return given.filter((grant) => grant.triggerKey.startsWith(`${scope}/`))
}

function highestAbove(reached: SpendTier[], standing: number[]): SpendTier[] {
  const floor = Math.max(0, ...standing)
  const [highest] = reached.filter((tier) => tier.at_least > floor).sort((a, b) => b.at_least - a.at_least)
  return highest ? [highest] : []
}

function triggerKey(scope: string, tier: SpendTier, before: Given[]): string {
  const cancelled = before.filter((grant) => grant.cancelled && grant.tier === tier.at_least).length
  return `${scope}/${tier.at_least}${cancelled > 0 ? `/${cancelled + 1}` : ''}`
}
