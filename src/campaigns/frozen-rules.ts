import { beijingDay } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { CampaignKind, SpendRule } from '../plumbing/storage/schema.ts'

/** The part of a campaign that decides which payments or cards earn; missing `cards` means `new`. */
export type EarningRules = {
  kind: CampaignKind
  starts_at: Date
  spend: SpendRule | null
  cards?: string | null
}

/**
 * True once the campaign has made a grant, also if that was taken back. The caller must hold the campaign's row lock
 * for the answer to stay true.
 */
export async function hasGiven(db: Db, campaignId: number): Promise<boolean> {
  const grant = await db.selectFrom('grants').select('id').where('campaign_id', '=', campaignId).executeTakeFirst()
  return grant !== undefined
}

/**
 * One sentence for each edit that would let earlier payments or cards earn (again). Trigger keys contain the payment,
 * the window and the tier, so a rule that names these differently counts the same money as new. Everything else may
 * change at any time.
 */
export function frozenFaults(before: EarningRules, after: EarningRules): string[] {
  return [...startFaults(before, after), ...spendFaults(before.spend, after.spend), ...cardFaults(before, after)]
}

function startFaults(before: EarningRules, after: EarningRules): string[] {
  if (before.kind === 'link') return []
  if (after.starts_at < before.starts_at) return [frozen('starts_at', 'cannot become earlier')]
  const namesWindows = before.spend?.mode === 'cumulative'
  return namesWindows && beijingDay(before.starts_at) !== beijingDay(after.starts_at)
    ? [frozen('starts_at', 'cannot move to another day, from which all windows are counted')]
    : []
}

function spendFaults(before: SpendRule | null, after: SpendRule | null): string[] {
  if (!before || !after) return []
  const fields = ['basis', 'mode', 'tier_rule', 'exclude_orders_using_our_coupons'] as const
  const faults = fields
    .filter((name) => before[name] !== after[name])
    .map((name) => frozen(`spend.${name}`, `cannot change from ${before[name]} to ${after[name]}`))
  if (before.mode === 'cumulative' && before.window_days !== after.window_days) {
    faults.push(frozen('spend.window_days', `cannot change from ${before.window_days} to ${after.window_days}`))
  }
  return [...faults, ...tierFaults(before, after)]
}

function tierFaults(before: SpendRule, after: SpendRule): string[] {
  const [old, now] = [before, after].map((rule) => rule.tiers.map((tier) => tier.at_least)) as [number[], number[]]
  const highest = Math.max(...old)
  const gone = old.filter((bound) => !now.includes(bound))
  const between = now.filter((bound) => bound < highest && !old.includes(bound))
  return [
    ...gone.map((bound) => frozen('spend.tiers', `the tier of ${bound} cannot be changed or removed`)),
    ...between.map((bound) => frozen('spend.tiers', `a tier of ${bound} cannot be added below that of ${highest}`)),
  ]
}

function cardFaults(before: EarningRules, after: EarningRules): string[] {
  const [old, now] = [before.cards ?? 'new', after.cards ?? 'new']
  return before.kind === 'card_open' && old !== now && now === 'any'
    ? [frozen('cards', `cannot change from ${old} to ${now}`)]
    : []
}

function frozen(field: string, what: string): string {
  return `${field}: ${what}, because this campaign has given coupons and what came before would earn again`
}
