import { z } from 'zod'
import { maybe, text, time, whole } from './tolerant.ts'

const couponUseSchema = z.object({
  stock_creator_mchid: text,
  stock_id: text,
  coupon_id: text,
  coupon_name: maybe(text),
  /** WeChat's documentation of 2020 names it `state`. */
  status: maybe(text),
  state: maybe(text),
  normal_coupon_information: maybe(z.object({ coupon_amount: whole, transaction_minimum: whole })),
  /** Missing in some messages (docs/wechat/pay-v3.md 5.4). */
  consume_information: maybe(
    z.object({ consume_time: maybe(time), consume_mchid: maybe(text), transaction_id: maybe(text) }),
  ),
})

export type CouponUse = z.infer<typeof couponUseSchema>

/** The redemption in an opened `COUPON.USE` notification (docs/wechat/pay-v3.md 5.4); undefined when it is not one. */
export function readCouponUse(resource: unknown): CouponUse | undefined {
  return couponUseSchema.safeParse(resource).data
}
