import { beijingDay } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { CampaignKind, SpendRule } from '../plumbing/storage/schema.ts'
import { yuan } from './in-chinese.ts'
import type { Fault } from './faults.ts'

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
 * One fault for each edit that would let earlier payments or cards earn (again). Trigger keys contain the payment, the
 * window and the tier, so a rule that names these differently counts the same money as new. Everything else may change
 * at any time.
 */
export function frozenFaults(before: EarningRules, after: EarningRules): Fault[] {
  return [...startFaults(before, after), ...spendFaults(before.spend, after.spend), ...cardFaults(before, after)]
}

function startFaults(before: EarningRules, after: EarningRules): Fault[] {
  if (before.kind === 'link') return []
  if (after.starts_at < before.starts_at) return [frozen('starts_at', 'cannot become earlier', '开始时间不能提前')]
  const namesWindows = before.spend?.mode === 'cumulative'
  const moved = beijingDay(before.starts_at) !== beijingDay(after.starts_at)
  const english = 'cannot move to another day, from which all windows are counted'
  return namesWindows && moved ? [frozen('starts_at', english, '累计周期从开始日期算起，开始日期不能改')] : []
}

const ruleNames = {
  basis: '按哪个金额算',
  mode: '怎样算达标',
  tier_rule: '同时达到几档时怎样送',
  exclude_orders_using_our_coupons: '用过本活动券的订单算不算',
}

function spendFaults(before: SpendRule | null, after: SpendRule | null): Fault[] {
  if (!before || !after) return []
  const fields = ['basis', 'mode', 'tier_rule', 'exclude_orders_using_our_coupons'] as const
  const faults = fields
    .filter((name) => before[name] !== after[name])
    .map((name) =>
      frozen(`spend.${name}`, `cannot change from ${before[name]} to ${after[name]}`, `“${ruleNames[name]}”不能改`),
    )
  if (before.mode === 'cumulative' && before.window_days !== after.window_days) {
    const english = `cannot change from ${before.window_days} to ${after.window_days}`
    faults.push(frozen('spend.window_days', english, '累计周期不能改'))
  }
  return [...faults, ...tierFaults(before, after)]
}

function tierFaults(before: SpendRule, after: SpendRule): Fault[] {
  const [old, now] = [before, after].map((rule) => rule.tiers.map((tier) => tier.at_least)) as [number[], number[]]
  const highest = Math.max(...old)
  const gone = old.filter((bound) => !now.includes(bound))
  const between = now.filter((bound) => bound < highest && !old.includes(bound))
  const name = (bound: number) => (before.mode === 'count' ? `第 ${bound} 笔` : `${yuan(bound)} 元`)
  return [
    ...gone.map((bound) =>
      frozen('spend.tiers', `the tier of ${bound} cannot be changed or removed`, `${name(bound)}这一档不能改或删除`),
    ),
    ...between.map((bound) =>
      frozen(
        'spend.tiers',
        `a tier of ${bound} cannot be added below that of ${highest}`,
        `不能在${name(highest)}以下加${name(bound)}这一档`,
      ),
    ),
  ]
}

function cardFaults(before: EarningRules, after: EarningRules): Fault[] {
  const [old, now] = [before.cards ?? 'new', after.cards ?? 'new']
  return before.kind === 'card_open' && old !== now && now === 'any'
    ? [frozen('cards', `cannot change from ${old} to ${now}`, '不能从“新领的卡”改为“所有有效的卡”')]
    : []
}

function frozen(field: string, what: string, chinese: string): Fault {
  return {
    field,
    english: `${what}, because this campaign has given coupons and what came before would earn again`,
    chinese: `活动已经发过券，${chinese}，否则以前的消费或开卡会再得一次`,
  }
}
