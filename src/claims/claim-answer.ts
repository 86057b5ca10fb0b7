import { memberWords, waitingWords } from '../ledger/outcomes/outcomes.ts'
import { type MemberReason, memberReasons } from '../refusal.ts'
import type { CouponState } from '../plumbing/storage/schema.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { Grant, GrantStatus } from '../grants/grants.ts'

/** The answer that goes out as JSON, or decides which page the member sees. */
export type ClaimAnswer = {
  status: GrantStatus
  grant_id?: string
  coupons: ClaimedCoupon[]
  reason?: MemberReason
  message: string
}

/** Amounts in fen, times in RFC 3339. */
export type ClaimedCoupon = {
  stock_id: string
  coupon_id: string | null
  amount: number
  minimum: number
  available_end: string
}

const statusMessages: Record<Exclude<GrantStatus, 'refused'>, string> = {
  sent: '优惠券已到账',
  pending: '正在发放，请稍候',
  partial: '部分优惠券已到账',
}

/** The answer for a grant that was there before. */
export function answerOfGrant({ id, status, coupons }: Grant): ClaimAnswer {
  const refused = coupons.find((coupon) => coupon.state === 'refused')
  const shown = coupons.map((coupon) => ({
    stock_id: coupon.stockId,
    coupon_id: coupon.couponId,
    amount: coupon.amount,
    minimum: coupon.minimum,
    available_end: coupon.availableEnd.toISOString(),
  }))
  return answer(status, id, shown, refused && memberWords(refused.reason), waitingFor(coupons))
}

/** What the member is told of coupons that are owed for longer than a moment. */
export function waitingFor(coupons: { state: CouponState; reason: string | null }[]): string | undefined {
  return coupons.flatMap(({ state, reason }) => (state === 'reserved' ? (waitingWords(reason) ?? []) : []))[0]
}

/** The answer for a grant that was just given; `words` and `waiting` are better sentences than the status has of itself. */
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
    grant_id: grantId,
    coupons,
    ...(status === 'partial' && words && { reason: words.reason }),
    message: (status === 'pending' && waiting) || statusMessages[status],
  }
}

/** A coupon of a fresh grant. */
export function claimed(stock: Stock, couponId: string | null): ClaimedCoupon {
  return {
    stock_id: stock.stock_id,
    coupon_id: couponId,
    amount: stock.coupon_amount,
    minimum: stock.transaction_minimum,
    available_end: stock.available_end.toISOString(),
  }
}

/** The answer to a claim that brought nothing; `grantId`: the grant that the member has already. */
export function refusal(reason: MemberReason, grantId?: string): ClaimAnswer {
  return {
    status: 'refused',
    ...(grantId && { grant_id: grantId }),
    coupons: [],
    reason,
    message: memberReasons[reason],
  }
}
