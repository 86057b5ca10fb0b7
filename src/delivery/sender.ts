import type { OwedCoupon } from '../claims/coupon.ts'
import type { Services } from '../services.ts'

export type SendResult =
  | { state: 'sent'; couponId: string }
  | { state: 'refused'; reason: string }
  | { state: 'owed'; reason: string; dueAt: Date }

export type SendOptions = {
  /** The most that WeChat may take, second asking included. */
  timeoutMs: number
  /** How long to wait for a turn at the account's pace. */
  patienceMs: number
}

export async function send(services: Services, coupon: OwedCoupon, options: SendOptions): Promise<SendResult> {
  throw new Error(`${services.processName} ${coupon.id} ${options.timeoutMs}`)
}
