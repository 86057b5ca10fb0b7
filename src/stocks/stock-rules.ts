import type { StockDetail } from '../wechat/pay/favor.ts'
import { incomplete, isComplete } from './stock-columns.ts'
import { beijingTime, dayMs } from '../plumbing/clock.ts'

/** WeChat's own limit for the time in which a stock's coupons can be used (docs/wechat/pay-v3.md 2.1). */
const windowDaysAtMost = 90

/** Why a stock cannot be sent, for the command line and for a page. */
export type StockFault = { english: string; chinese: string }

/** Each reason why a stock, as WeChat describes it, cannot be sent; empty when it can. */
export function stockFaults(detail: StockDetail, expected: { creatorMchid: string; now: Date }): StockFault[] {
  const faults: StockFault[] = []
  const add = (english: string, chinese: string) => faults.push({ english, chinese })
  const { stock_use_rule: rule, available_begin_time: begin, available_end_time: end } = detail
  const { stock_creator_mchid: creator, stock_type: type } = detail
  if (creator !== expected.creatorMchid) {
    add(
      `it was made by ${creator}, not by ${expected.creatorMchid}`,
      `制券商户号是 ${creator}，不是 ${expected.creatorMchid}`,
    )
  }
  if (type && type !== 'NORMAL') faults.push(typeFault(type))
  if (rule?.coupon_type && rule.coupon_type !== 'NORMAL') {
    add(
      `its coupons are ${rule.coupon_type}, only fixed amounts above a threshold (满减) can be sent`,
      `券的类型是 ${rule.coupon_type}，只能发满减券`,
    )
  }
  if (detail.status === 'stoped') add('it was stopped for good (stoped)', '批次已永久停止，不能恢复，请服务商新建批次')
  if (end <= expected.now) {
    add(`its coupons could be used until ${end.toISOString()}, which is past`, `可用时间已于 ${beijingTime(end)} 结束`)
  }
  if (end.getTime() - begin.getTime() > windowDaysAtMost * dayMs) {
    add(`its coupons can be used for more than ${windowDaysAtMost} days`, `可用时间超过 ${windowDaysAtMost} 天`)
  }
  if (!isComplete(detail)) add(incomplete, '微信没有提供面额、总数或每人限领，无法保存')
  return faults
}

function typeFault(type: string): StockFault {
  if (type === 'DISCOUNT_CUT')
    return {
      english: 'it is a 立减与折扣 activity (DISCOUNT_CUT), which cannot be sent, only used at payment',
      chinese: '这是立减与折扣活动（DISCOUNT_CUT），只能在支付时使用，不能发放',
    }
  return {
    english: `it is of type ${type}, only NORMAL coupons can be sent`,
    chinese: `批次类型是 ${type}，只能发代金券`,
  }
}
