import type { SandboxState } from '../state.ts'
import type { WorldStock } from '../world.ts'
import type { Coupon } from './coupon.ts'

const dayMs = 86_400_000
const beijingOffsetMs = 8 * 3_600_000

/** From when until when a coupon can be used: the stock's window, or fewer days from its receipt on. */
export function couponWindow(stock: WorldStock, coupon: Coupon): { begin: Date; end: Date } {
  const begin = new Date(stock.available_begin_time)
  const end = new Date(stock.available_end_time)
  if (stock.days_after_receive === undefined) return { begin, end }
  const endMs = new Date(coupon.createdAt).getTime() + stock.days_after_receive * dayMs
  return { begin, end: new Date(Math.min(end.getTime(), endMs)) }
}

/** The coupon as it is now: one that was not used in its window has expired. */
export function couponNow(state: SandboxState, stock: WorldStock, coupon: Coupon): Coupon {
  const isOver = coupon.status === 'SENDED' && state.clock.now() >= couponWindow(stock, coupon).end
  return isOver ? { ...coupon, status: 'EXPIRED' } : coupon
}

/** Whether a coupon can be used at this moment, also by the days and hours of its stock (docs/wechat/pay-v3.md 2.1). */
export function isUsableAt(stock: WorldStock, coupon: Coupon, now: Date): boolean {
  const { begin, end } = couponWindow(stock, coupon)
  if (coupon.status !== 'SENDED' || now < begin || now >= end) return false
  const { fix_available_time: hours } = stock
  if (!hours) return true
  const beijing = new Date(now.getTime() + beijingOffsetMs)
  const second = Math.floor((beijing.getTime() % dayMs) / 1000)
  const isOnDay = hours.available_week_day.length === 0 || hours.available_week_day.includes(beijing.getUTCDay())
  return isOnDay && second >= hours.begin_time && second <= hours.end_time
}
