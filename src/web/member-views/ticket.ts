import type { Standing } from '../../coupons/standing.ts'
import type { GrantCoupon } from '../../grants/grants.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { day, minute, yuan } from '../shell/format.ts'

/** A coupon as pages show it, whether it is offered, owed or given. */
export type Ticket = {
  name: string
  amount: string
  minimum: string
  count: number
  begins: string
  ends: string
  /** The state of the coupon, once it is a member's; the view has the words. */
  state?: GrantCoupon['state'] | Standing['state']
  reason?: string | null
  /** Where and when it was used, or what else its member should know. */
  notes?: string[]
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
function ownTicket(coupon: GrantCoupon, now: Date): Ticket {
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

/** The same with what became of it after it was sent. */
export function fatedTicket(coupon: GrantCoupon, standing: Standing | undefined, now: Date): Ticket {
  const ticket = ownTicket(coupon, now)
  if (!standing) return ticket
  const { state, end } = standing
  return { ...ticket, state, ends: day(end), notes: notesOn(standing) }
}

function notesOn({ use, isUnsure }: Standing): string[] {
  if (!use) return []
  const { out_trade_no: order, used_at: usedAt } = use
  return [
    ...(usedAt ? [`使用时间 ${minute(usedAt)}`] : []),
    ...(order === null ? [] : [`订单号 ${order}`]),
    ...(isUnsure ? ['这笔订单已全额退款，券是否退回请看微信卡包'] : []),
  ]
}
