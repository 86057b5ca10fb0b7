import { dayMs } from '../../../plumbing/clock.ts'
import type { StockPlan } from './read-plan.ts'

/** WeChat's limits of a new stock's time (docs/wechat/pay-v3.md 2.1). */
const beginsWithinDays = 365
const windowDaysAtMost = 90
/** One yuan; below it WeChat wants a special permission. */
const plainAmountFen = 100

/** One sentence for each field that does not fit to another field, or to the present; it begins with its name. */
export function planFaults(plan: StockPlan, now: Date): string[] {
  return [...timeFaults(plan, now), ...amountFaults(plan), ...lookFaults(plan)]
}

/** What WeChat may take, but an operator should know. */
export function planWarnings({ coupon_use_rule: use, stock_use_rule: rule }: StockPlan): string[] {
  const { coupon_amount: amount } = use.fixed_normal_coupon
  const { max_amount_by_day: byDay } = rule
  const warnings: string[] = []
  if (amount < plainAmountFen) {
    warnings.push(
      'coupon_use_rule.fixed_normal_coupon.coupon_amount: is below 1 yuan, for which WeChat wants a special permission',
    )
  }
  if (byDay !== undefined && byDay < amount) {
    warnings.push('stock_use_rule.max_amount_by_day: is less than one coupon, so none could be sent')
  }
  return warnings
}

function timeFaults(plan: StockPlan, now: Date): string[] {
  const faults: string[] = []
  const [begin, end] = [plan.available_begin_time, plan.available_end_time].map((time) => new Date(time).getTime())
  if (begin! < now.getTime()) faults.push('available_begin_time: must not be in the past')
  if (begin! > now.getTime() + beginsWithinDays * dayMs) {
    faults.push(`available_begin_time: must be within ${beginsWithinDays} days from now`)
  }
  if (end! - begin! < 1_000) faults.push('available_end_time: must be after available_begin_time')
  if (end! - begin! > windowDaysAtMost * dayMs) {
    faults.push(`available_end_time: must be at most ${windowDaysAtMost} days after available_begin_time`)
  }
  return faults
}

function amountFaults({ stock_use_rule: rule, coupon_use_rule: use }: StockPlan): string[] {
  const faults: string[] = []
  const { coupon_amount: amount, transaction_minimum: minimum } = use.fixed_normal_coupon
  const total = amount * rule.max_coupons
  if (rule.max_amount !== total) {
    faults.push(`stock_use_rule.max_amount: must be coupon_amount times max_coupons, which is ${total} fen`)
  }
  if (rule.max_amount_by_day !== undefined && rule.max_amount_by_day > rule.max_amount) {
    faults.push('stock_use_rule.max_amount_by_day: must not be above max_amount')
  }
  if (rule.max_coupons_per_user > rule.max_coupons) {
    faults.push('stock_use_rule.max_coupons_per_user: must not be above max_coupons')
  }
  if (minimum <= amount) {
    faults.push('coupon_use_rule.fixed_normal_coupon.transaction_minimum: must be above coupon_amount')
  }
  return faults
}

function lookFaults({ pattern_info: look }: StockPlan): string[] {
  if (look?.jump_target !== 'MINI_PROGRAM') return []
  const needed = ['mini_program_appid', 'mini_program_path'] as const
  return needed
    .filter((name) => look[name] === undefined)
    .map((name) => `pattern_info.${name}: is missing: MINI_PROGRAM needs it`)
}
