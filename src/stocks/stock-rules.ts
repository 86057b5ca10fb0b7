import type { StockDetail } from '../wechat/pay/favor.ts'
import { goodsTagSet, goodsTagSets } from './goods-tags.ts'
import { dayMs } from '../plumbing/clock.ts'

/** WeChat's own limit for the time in which a stock's coupons can be used (docs/wechat/pay-v3.md 2.1). */
const windowDaysAtMost = 90

/** One sentence for each reason why a stock, as WeChat describes it, cannot be sent; empty when it can. */
export function stockFaults(detail: StockDetail, expected: { creatorMchid: string; now: Date }): string[] {
  const faults: string[] = []
  const { stock_use_rule: rule, available_begin_time: begin, available_end_time: end } = detail
  if (detail.stock_creator_mchid !== expected.creatorMchid) {
    faults.push(`it was made by ${detail.stock_creator_mchid}, not by ${expected.creatorMchid}`)
  }
  if (detail.stock_type && detail.stock_type !== 'NORMAL') faults.push(typeFault(detail.stock_type))
  if (rule?.coupon_type && rule.coupon_type !== 'NORMAL') {
    faults.push(`its coupons are ${rule.coupon_type}, only fixed amounts above a threshold (满减) can be sent`)
  }
  if (detail.status === 'stoped') faults.push('it was stopped for good (stoped)')
  if (end <= expected.now) faults.push(`its coupons could be used until ${end.toISOString()}, which is past`)
  if (end.getTime() - begin.getTime() > windowDaysAtMost * dayMs) {
    faults.push(`its coupons can be used for more than ${windowDaysAtMost} days`)
  }
  if (!rule?.max_coupons || !rule.max_coupons_per_user || !rule.fixed_normal_coupon) {
    faults.push('WeChat did not tell its amount, its number of coupons or its limit per member')
  }
  return faults
}

function typeFault(type: string): string {
  if (type === 'DISCOUNT_CUT')
    return 'it is a 立减与折扣 activity (DISCOUNT_CUT), which cannot be sent, only used at payment'
  return `it is of type ${type}, only NORMAL coupons can be sent`
}

/** The tags of a stock, and where they are from. */
export type StatedTags = { tags: readonly string[]; from: 'wechat' | 'operator' }

/**
 * Chooses the tags of a stock from what WeChat shows and what the operator states: WeChat may hide them from the sender
 * (docs/wechat/payment-triggers.md 6.3). Returns the fault when they are none of the six sets, disagree, or are
 * unknown.
 */
export function statedTags(shown: string[], stated: readonly string[] | undefined): StatedTags | { fault: string } {
  const tags = shown.length > 0 ? shown : stated
  if (!tags || tags.length === 0) {
    return { fault: `WeChat does not show its 订单优惠标记 to the sender: state them with --tags, one of ${allowed}` }
  }
  const set = goodsTagSet(tags)
  if (!set) return { fault: `its 订单优惠标记 are ${tags.join('+')}, but must be one of ${allowed}` }
  if (shown.length > 0 && stated && goodsTagSet(stated) !== set) {
    return { fault: `its 订单优惠标记 are ${set.tags.join('+')}, not ${stated.join('+')}` }
  }
  return { tags: set.tags, from: shown.length > 0 ? 'wechat' : 'operator' }
}

const allowed = goodsTagSets.map((set) => set.tags.join('+')).join(', ')
