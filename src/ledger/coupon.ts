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
  /** The last try's word, of the outcome table. */
  reason: string | null
  /** Since when it may have arrived at WeChat without our knowing: an attempt, or a lease, ended without an answer. */
  doubtSince: Date | null
  lease: Lease
}

/**
 * Names one lease; a later one of the same row has another token. `heldUntilMs`: until when we may rely on it, by our own
 * monotonic clock. It counts from before the database was asked, so it never ends after the database's own time.
 */
export type Lease = { token: string; heldUntilMs: number }

/** How long a lease holds. A dead process's coupons go out again after this; a send attempt is bounded well below it. */
export const leaseMs = 10_000
