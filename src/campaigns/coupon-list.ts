import { z } from 'zod'

/** WeChat gives one member at most this many coupons of a stock (docs/wechat/pay-v3.md 2.1). */
const countAtMost = 60
const stocksAtMost = 10

/** The coupons of one award. */
export const couponList = z
  .array(
    z.strictObject({
      stock_id: z.string().regex(/^[0-9]{1,20}$/, 'must be the number of a stock, in quotes'),
      count: z.int('must be a whole number').min(1, 'must be at least 1').max(countAtMost).default(1),
    }),
  )
  .max(stocksAtMost)
  .refine(
    (coupons) => new Set(coupons.map(({ stock_id }) => stock_id)).size === coupons.length,
    'a stock is listed twice',
  )
