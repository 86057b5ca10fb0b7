import type { StepNumber } from './steps.ts'

/**
 * Which step WeChat's refusal to send says is missing: words of the outcome table. What a stock lacks is known by that
 * stock's coupons alone, what a merchant number lacks by any coupon of that number.
 */
export const stepsOfCauses: Record<string, { step: StepNumber; of: 'number' | 'stock' }[]> = {
  appid_not_bound: [{ step: 3, of: 'number' }],
  caller_without_permission: [{ step: 4, of: 'number' }],
  product_not_opened: [{ step: 4, of: 'number' }],
  // The same words are said where the stock was made without this sender: then it is the stock that must be made anew.
  stock_not_cross_merchant: [
    { step: 4, of: 'number' },
    { step: 9, of: 'stock' },
  ],
  sender_not_listed: [
    { step: 4, of: 'number' },
    { step: 9, of: 'stock' },
  ],
  certificate_expired: [{ step: 6, of: 'number' }],
  serial_wrong: [{ step: 6, of: 'number' }],
  signature_wrong: [{ step: 8, of: 'number' }],
  unauthorised: [{ step: 8, of: 'number' }],
  stock_not_sendable_by_api: [{ step: 9, of: 'stock' }],
  stock_not_found: [{ step: 9, of: 'stock' }],
}
