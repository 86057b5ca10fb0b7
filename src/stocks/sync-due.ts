import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { isGiving, isNearlyEmpty } from './stock-state.ts'

const minuteMs = 60_000
const usualMs = 5 * minuteMs
/** When something is about to change, or members are waiting for a change. */
const soonMs = minuteMs
const longestMs = 30 * minuteMs

type Fresh = Pick<
  Stock,
  'status' | 'available_begin' | 'available_end' | 'max_coupons' | 'distributed_coupons' | 'synced_at'
>

/** When a stock that has just been read is read again. */
export function nextSync(stock: Fresh): Date {
  const { synced_at: now, max_coupons, distributed_coupons } = stock
  const isLow = isNearlyEmpty(max_coupons - distributed_coupons, max_coupons)
  return new Date(now.getTime() + (isLow || !isGiving(stock, now) ? soonMs : usualMs))
}

/** When a stock that could not be read is tried again: after 1, 2, 4 … minutes, at most half an hour. */
export function syncAgain(failures: number, now: Date): Date {
  return new Date(now.getTime() + Math.min(longestMs, minuteMs * 2 ** (failures - 1)))
}
