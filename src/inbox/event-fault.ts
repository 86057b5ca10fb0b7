import type { Merchant } from '../merchants/merchant.ts'
import type { MerchantEvent } from './event.ts'

/** Clocks differ by seconds, clocks that are never set by minutes. A time further ahead has not come yet. */
const aheadAtMostMs = 10 * 60_000

/**
 * Returns what cannot be true in a well-formed event: a merchant number that is not this merchant's, a time in the
 * future, a part that is larger than its whole. Undefined when nothing is wrong. The sum of the promotions is not
 * checked: they may state a coupon's face value, which can be more than it took off.
 */
export function eventFault(
  merchant: Merchant,
  event: MerchantEvent,
  now: Date,
): { field: string; error: string } | undefined {
  for (const [field, time] of timesOf(event)) {
    if (Date.parse(time) > now.getTime() + aheadAtMostMs) return { field, error: 'lies more than 10 minutes ahead' }
  }
  if (event.type === 'payment.succeeded') {
    const { mchid, sub_mchid, total, payer_total } = event.data
    // As in WeChat's own reports, the number that received the money counts, whichever number placed the order
    // (payments/order-facts.ts).
    if (!merchant.accounts.some((account) => account.mchid === (sub_mchid ?? mchid)))
      return { field: sub_mchid ? 'data.sub_mchid' : 'data.mchid', error: 'is not a number of this merchant' }
    if (payer_total > total) return { field: 'data.payer_total', error: 'is more than total' }
  }
  if (event.type === 'payment.refunded' && (event.data.payer_refund ?? 0) > event.data.refund)
    return { field: 'data.payer_refund', error: 'is more than refund' }
  return undefined
}

function timesOf(event: MerchantEvent): [string, string][] {
  const occurred: [string, string] = ['occurred_at', event.occurred_at]
  if (event.type === 'payment.succeeded') return [occurred, ['data.paid_at', event.data.paid_at]]
  if (event.type === 'payment.refunded') return [occurred, ['data.refunded_at', event.data.refunded_at]]
  return [occurred]
}
