import type { MemberReason } from '../refusal.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

type State = Pick<Stock, 'status' | 'available_begin' | 'available_end'>

/**
 * Why WeChat gives no coupon of the stock at that moment, by what it last told; undefined when it does
 * (docs/wechat/pay-v3.md 2.7).
 */
function stockClosed({ status, available_begin, available_end }: State, at: Date): MemberReason | undefined {
  if (status === 'stoped' || at >= available_end) return 'ended'
  if (status === 'paused') return 'paused'
  // A word that WeChat adds later closes nothing: the next send tells.
  if (status === 'unactivated' || status === 'audit' || at < available_begin) return 'not_started'
  return undefined
}

/** True when WeChat would give a coupon of it: running, within its window, and not used up. */
export function isGiving(stock: State & Pick<Stock, 'max_coupons' | 'distributed_coupons'>, at: Date): boolean {
  return stockClosed(stock, at) === undefined && stock.distributed_coupons < stock.max_coupons
}

/** The same of what a campaign gives together: nothing, as soon as one of its stocks gives nothing. */
export function anyClosed(offer: { stock: State }[], at: Date): MemberReason | undefined {
  return offer.flatMap(({ stock }) => stockClosed(stock, at) ?? [])[0]
}

/** Below this share of coupons left, the end may come at any moment. */
const nearlyEmptyShare = 0.05

/** True when few of a stock's coupons are left. */
export function isNearlyEmpty(left: number, total: number): boolean {
  return left < total * nearlyEmptyShare
}
