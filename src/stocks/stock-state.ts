import type { MemberReason } from '../refusal.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

type State = Pick<Stock, 'status' | 'available_begin' | 'available_end'>

/**
 * Why WeChat gives no coupon of the stock at that moment, by what it last told; undefined when it does
 * (docs/wechat/pay-v3.md 2.7).
 */
export function stockClosed({ status, available_begin, available_end }: State, at: Date): MemberReason | undefined {
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
