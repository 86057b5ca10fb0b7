import type { ClaimAnswer } from '../../../claims/claim-answer.ts'
import type { Refusal } from '../../../refusal.ts'

/** The answer to a program's claim (docs/merchant/addresses.md): amounts in fen, times in RFC 3339. */
export type ClaimJson = {
  status: ClaimAnswer['status']
  grant_id?: string
  coupons: { stock_id: string; coupon_id: string | null; amount: number; minimum: number; available_end: string }[]
  reason?: ClaimAnswer['reason']
  message: string
}

/** The claim's answer as JSON. */
export function claimJson({ status, grantId, coupons, reason, message }: ClaimAnswer): ClaimJson {
  return { status, grant_id: grantId, coupons: coupons.map(couponJson), reason, message }
}

/** A refusal that does not come from a claim, in the same form. */
export function refusalJson({ reason, message, grantId }: Refusal): ClaimJson {
  return { status: 'refused', grant_id: grantId, coupons: [], reason, message }
}

function couponJson(coupon: ClaimAnswer['coupons'][number]): ClaimJson['coupons'][number] {
  return {
    stock_id: coupon.stockId,
    coupon_id: coupon.couponId,
    amount: coupon.amount,
    minimum: coupon.minimum,
    available_end: coupon.availableEnd.toISOString(),
  }
}
