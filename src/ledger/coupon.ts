/** One owed coupon, as the process that holds its lease sees it. */
export type OwedCoupon = {
  /** The id of our row; WeChat's number of a sent coupon is `coupon_id`. */
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
  /** The outcome of the last try: a name from the outcome table. */
  reason: string | null
  /** Since when it may have arrived at WeChat without our knowledge: an attempt or a lease ended without an answer. */
  doubtSince: Date | null
  lease: Lease
}

/**
 * One lease; a later lease of the same row has another token. `heldUntilMs`: until when we may rely on it, on our own
 * monotonic clock. It is counted from before the database was asked, so it never ends after the lease in the database.
 */
export type Lease = { token: string; heldUntilMs: number }

/** How long a lease lasts. After this, a dead process's coupons are sent again; a send attempt takes much less. */
export const leaseMs = 10_000
