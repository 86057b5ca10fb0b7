import { memberWords, waitingWords } from '../ledger/outcomes/outcomes.ts'
import { type MemberReason, memberReasons } from '../refusal.ts'
import type { CouponState } from '../plumbing/storage/schema.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { Grant, GrantStatus } from '../grants/grants.ts'

/** The result of a claim, for the page or the program that asked. */
export type ClaimAnswer = {
  status: GrantStatus
  /** The new grant, or the grant that the member already had. */
  grantId?: string
  coupons: ClaimedCoupon[]
  reason?: MemberReason
  message: string
}

/** Amounts in fen. */
export type ClaimedCoupon = {
  stockId: string
  /** Null while it is owed, and when it was refused. */
  couponId: string | null
  amount: number
  minimum: number
  availableEnd: Date
}

const statusMessages: Record<Exclude<GrantStatus, 'refused'>, string> = {
  sent: '优惠券已到账',
  pending: '正在发放，请稍候',
  partial: '部分优惠券已到账',
}

/** The answer for a grant that existed before. */
export function answerOfGrant({ id, status, coupons }: Grant): ClaimAnswer {
  const refused = coupons.find((coupon) => coupon.state === 'refused')
  const shown = coupons.map(({ stockId, couponId, amount, minimum, availableEnd }) => {
    return { stockId, couponId, amount, minimum, availableEnd }
  })
  return answer(status, id, shown, refused && memberWords(refused.reason), waitingFor(coupons))
}

/** Returns the sentence about coupons that will be owed for longer than a moment, if there are such coupons. */
export function waitingFor(coupons: { state: CouponState; reason: string | null }[]): string | undefined {
  return coupons.flatMap(({ state, reason }) => (state === 'reserved' ? (waitingWords(reason) ?? []) : []))[0]
}

/** The answer for a new grant. `words` and `waiting`, where given, replace the general sentence of the status. */
export function answer(
  status: GrantStatus,
  grantId: string,
  coupons: ClaimedCoupon[],
  words: { reason: MemberReason; message: string } | undefined,
  waiting: string | undefined,
): ClaimAnswer {
  if (status === 'refused')
    return { ...refusal(words?.reason ?? 'wechat_refused', grantId), coupons, ...(words && { message: words.message }) }
  return {
    status,
    grantId,
    coupons,
    ...(status === 'partial' && words && { reason: words.reason }),
    message: (status === 'pending' && waiting) || statusMessages[status],
  }
}

/** A coupon of a new grant. */
export function claimed(stock: Stock, couponId: string | null): ClaimedCoupon {
  return {
    stockId: stock.stock_id,
    couponId,
    amount: stock.coupon_amount,
    minimum: stock.transaction_minimum,
    availableEnd: stock.available_end,
  }
}

/** The answer to a claim that brought nothing. `grantId`: the grant that the member already has. */
export function refusal(reason: MemberReason, grantId?: string): ClaimAnswer {
  return {
    status: 'refused',
    ...(grantId && { grantId }),
    coupons: [],
    reason,
    message: memberReasons[reason],
  }
}
