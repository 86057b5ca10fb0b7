import type { StockDetail } from '../wechat/pay/favor.ts'
import { incomplete, isComplete } from './stock-columns.ts'
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
  if (!isComplete(detail)) faults.push(incomplete)
  return faults
}

function typeFault(type: string): string {
  if (type === 'DISCOUNT_CUT')
    return 'it is a 立减与折扣 activity (DISCOUNT_CUT), which cannot be sent, only used at payment'
  return `it is of type ${type}, only NORMAL coupons can be sent`
}
