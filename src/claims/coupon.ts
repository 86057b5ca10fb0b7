/** One coupon that is owed, as whoever holds its lease sees it. */
export type OwedCoupon = {
  /** Our row; WeChat's number of a sent coupon is another thing. */
  id: string
  grantId: string
  merchantId: number
  accountId: number
  stockRef: number
  openid: string
  outRequestNo: string
  /** The exact JSON body of every attempt. */
  request: string
  /** Attempts already made. */
  attempts: number
  /** True once an attempt ended without a believable answer: it may have been sent. */
  doubtful: boolean
}

/** How long a lease holds. A dead process's coupons go out again after this; a send attempt is bounded well below it. */
export const leaseMs = 10_000
