import type { Answer, Fate, Use } from './fates.ts'
import { lagMs } from './returns.ts'

/** How a sent coupon stands. */
export type Standing = {
  state: 'usable' | 'upcoming' | 'used' | 'expired'
  /** Its last use, where it is used. */
  use: Use | undefined
  /** Its order was refunded in full, and WeChat has not said since whether the coupon can be used again. */
  isUnsure: boolean
  /** Until when it can be used, where WeChat has named an earlier end than its stock's. */
  end: Date
}

/**
 * How a coupon stands at `now`, from what is known; `window` is that of its stock. After a full refund it counts as used
 * until WeChat says otherwise: that it is usable again is likely, not certain (docs/wechat/pay-v3.md 2.8).
 */
export function standingOf({ uses, answer }: Fate, window: { begin: Date; end: Date }, now: Date): Standing {
  const end = answer?.available_end ?? window.end
  const last = uses.at(-1)
  const isTold = answer !== undefined && (last === undefined || isAfter(answer, last))
  const isUnsure = last?.returned_source === 'refund' && !isTold
  const unused = { use: undefined, isUnsure, end }
  if (isTold && answer.state === 'USED') return { ...unused, state: 'used', use: last }
  if (isTold && answer.state === 'EXPIRED') return { ...unused, state: 'expired' }
  if (last && (last.returned_at === null || isUnsure)) return { ...unused, state: 'used', use: last }
  if (end <= now) return { ...unused, state: 'expired' }
  return { ...unused, state: window.begin > now ? 'upcoming' : 'usable' }
}

/** WeChat's answers may lag behind a use or a refund; that the coupon is usable after a refund is no lag. */
function isAfter({ state, checked_at }: Answer, { used_at, told_at, returned_at }: Use): boolean {
  const lag = state === 'SENDED' && returned_at !== null ? 0 : lagMs
  return checked_at.getTime() > (returned_at ?? used_at ?? told_at).getTime() + lag
}
