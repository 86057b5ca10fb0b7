import { z } from 'zod'
import { count, fen, flag } from './fields.ts'

/** 100 million yuan. */
const amountAtMost = 10_000_000_000

/** How many coupons there are and who gets them (docs/wechat/pay-v3.md 2.1). */
export const stockUseRule = z.strictObject({
  max_coupons: count.min(5, 'must be 5 or more').max(10_000_000, 'must be 10,000,000 or less'),
  max_amount: fen.min(1, 'must be above 0').max(amountAtMost, 'must be 100 million yuan (10000000000 fen) or less'),
  max_amount_by_day: fen.min(1, 'must be above 0: leave the field out for no daily budget').optional(),
  max_coupons_per_user: count.min(1, 'must be 1 or more').max(60, 'must be 60 or less: WeChat refuses more as NO_AUTH'),
  natural_person_limit: flag,
  prevent_api_abuse: flag,
})
