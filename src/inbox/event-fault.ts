import type { Merchant } from '../merchants/merchant.ts'
import type { MerchantEvent } from './event.ts'

/** Clocks differ by seconds, a clock that nobody sets by minutes; what lies further ahead has not happened. */
const aheadAtMostMs = 10 * 60_000

/**
 * What cannot be true of a well-formed event: a number that is not this merchant's, a time that is still to come, a sum
 * larger than the one it is a part of. Undefined when nothing is wrong. What promotions add up to is not judged: they
 * may state a coupon's face value, which can be more than it took off.
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
    // As with WeChat's own word: where the money went counts, whoever placed the order (payments/order-facts.ts).
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
