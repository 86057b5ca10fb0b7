import type { GrantCoupon } from '../../grants/grants.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { day, yuan } from '../shell/format.ts'

/** A coupon as pages show it, whether it is offered, owed or given. */
export type Ticket = {
  name: string
  amount: string
  minimum: string
  count: number
  begins: string
  ends: string
  /** The state of the coupon, once it is a member's; the view has the words. */
  state?: GrantCoupon['state'] | 'expired'
  reason?: string | null
}

/** What a campaign offers: `count` coupons of a stock. */
export function offeredTicket(stock: Stock, count: number): Ticket {
  return {
    name: stock.name,
    amount: yuan(stock.coupon_amount),
    minimum: yuan(stock.transaction_minimum),
    count,
    begins: day(stock.available_begin),
    ends: day(stock.available_end),
  }
}

/** A member's own coupon at the instant `now`. */
export function ownTicket(coupon: GrantCoupon, now: Date): Ticket {
  return {
    name: coupon.name,
    amount: yuan(coupon.amount),
    minimum: yuan(coupon.minimum),
    count: 1,
    begins: day(coupon.availableBegin),
    ends: day(coupon.availableEnd),
    state: coupon.state === 'sent' && coupon.availableEnd <= now ? 'expired' : coupon.state,
    reason: coupon.reason,
  }
}
