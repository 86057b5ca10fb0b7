import { asLine } from '../plumbing/files/readable-text.ts'
import type { StockDetail } from '../wechat/pay/favor.ts'
import type { StatedTags } from './stated-tags.ts'

/** A stock's columns from WeChat's details; amounts in fen. Only for details that `isComplete`. */
export function stockColumns(
  detail: StockDetail,
  { tags, from }: StatedTags,
  { now, inFlight }: { now: Date; inFlight: number },
) {
  const rule = detail.stock_use_rule!
  return {
    creator_mchid: detail.stock_creator_mchid,
    name: asLine(detail.stock_name),
    description: detail.description === undefined ? null : asLine(detail.description),
    status: detail.status,
    no_cash: detail.no_cash ?? false,
    coupon_amount: rule.fixed_normal_coupon!.coupon_amount,
    transaction_minimum: rule.fixed_normal_coupon!.transaction_minimum,
    max_coupons: rule.max_coupons!,
    max_coupons_per_user: rule.max_coupons_per_user!,
    max_amount: rule.max_amount ?? null,
    max_amount_by_day: rule.max_amount_by_day ?? null,
    combine_use: rule.combine_use ?? null,
    trade_types: rule.trade_type.length > 0 ? rule.trade_type : null,
    distributed_coupons: detail.distributed_coupons ?? 0,
    available_begin: detail.available_begin_time,
    available_end: detail.available_end_time,
    goods_tags: [...tags],
    goods_tags_from: from,
    in_flight_at_sync: inFlight,
    synced_at: now,
    sync_failures: 0,
    sync_problem: null,
    sync_problem_since: null,
  }
}

/** True when WeChat told all that a stock cannot be kept without. */
export function isComplete({ stock_use_rule: rule }: StockDetail): boolean {
  return Boolean(rule?.max_coupons && rule.max_coupons_per_user && rule.fixed_normal_coupon)
}

/** The fault of details that are not complete. */
export const incomplete = 'WeChat did not tell its amount, its number of coupons or its limit per member'
