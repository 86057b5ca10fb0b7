/** The result of one try to send a coupon. */
export type SendResult =
  | { state: 'sent'; couponId: string }
  | { state: 'refused'; reason: string }
  | { state: 'owed'; reason: string; dueAt: Date }
