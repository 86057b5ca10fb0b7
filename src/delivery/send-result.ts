/** What became of a coupon by one try to send it. */
export type SendResult =
  | { state: 'sent'; couponId: string }
  | { state: 'refused'; reason: string }
  | { state: 'owed'; reason: string; dueAt: Date }
