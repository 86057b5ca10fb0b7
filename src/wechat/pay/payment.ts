import { z } from 'zod'
import { listOf, maybe, text, time, whole } from './tolerant.ts'

/** A discount used on an order; which fields are present differs by product (docs/wechat/payment-triggers.md 1.3). */
const promotionSchema = z.object({
  coupon_id: maybe(text),
  name: maybe(text),
  scope: maybe(text),
  /** `CASH` is prefunded, `NOCASH` is not: the merchant receives that much less. */
  type: maybe(text),
  amount: maybe(whole),
  stock_id: maybe(text),
  wechatpay_contribute: maybe(whole),
  merchant_contribute: maybe(whole),
  other_contribute: maybe(whole),
})

const common = {
  out_trade_no: text,
  /** `SUCCESS`: paid; `REFUND`: paid, and refunded at least in part. */
  trade_state: z.string(),
  trade_type: maybe(text),
  trade_state_desc: maybe(text),
  attach: maybe(text),
  /** Absent while an order is unpaid, like success_time and payer. */
  transaction_id: maybe(text),
  success_time: maybe(time),
  amount: maybe(
    z.object({
      total: maybe(whole),
      payer_total: maybe(whole),
      currency: maybe(text),
      payer_currency: maybe(text),
    }),
  ),
  promotion_detail: listOf(promotionSchema),
}

const directSchema = z
  .object({ ...common, appid: maybe(text), mchid: text, payer: maybe(z.object({ openid: maybe(text) })) })
  .transform((read) => ({ shape: 'direct' as const, ...read }))

const partnerSchema = z
  .object({
    ...common,
    sp_appid: maybe(text),
    sp_mchid: text,
    sub_appid: maybe(text),
    sub_mchid: text,
    payer: maybe(z.object({ sp_openid: maybe(text), sub_openid: maybe(text) })),
  })
  .transform((read) => ({ shape: 'partner' as const, ...read }))

const subOrderSchema = z.object({
  mchid: text,
  sub_mchid: maybe(text),
  sub_appid: maybe(text),
  sub_openid: maybe(text),
  out_trade_no: text,
  transaction_id: maybe(text),
  trade_state: z.string(),
  trade_type: maybe(text),
  attach: maybe(text),
  success_time: maybe(time),
  amount: maybe(
    z.object({
      total_amount: maybe(whole),
      payer_amount: maybe(whole),
      currency: maybe(text),
      payer_currency: maybe(text),
    }),
  ),
  promotion_detail: listOf(promotionSchema),
})

/** A combined order, as its notification contains it and as its query returns it. */
export const combinedPaymentSchema = z
  .object({
    combine_appid: maybe(text),
    combine_mchid: text,
    combine_out_trade_no: text,
    combine_payer_info: maybe(z.object({ openid: maybe(text) })),
    sub_orders: listOf(subOrderSchema),
  })
  .transform((read) => ({ shape: 'combined' as const, ...read }))

export type DirectPayment = z.infer<typeof directSchema>
export type PartnerPayment = z.infer<typeof partnerSchema>
export type CombinedPayment = z.infer<typeof combinedPaymentSchema>
export type Payment = DirectPayment | PartnerPayment | CombinedPayment

/**
 * A payment from a query or from an opened `TRANSACTION.SUCCESS` notification. Other products use the same event word,
 * so the shape decides (docs/wechat/payment-triggers.md 1.2); anything else than these three shapes does not parse.
 */
export const paymentSchema: z.ZodType<Payment> = z.unknown().transform((value, context) => {
  const read = schemaFor(value).safeParse(value)
  if (read.success) return read.data
  for (const issue of read.error.issues) context.addIssue({ code: 'custom', path: issue.path, message: issue.message })
  return z.NEVER
})

/** The payment in an opened notification; undefined when it is something else, which is acknowledged and ignored. */
export function readPayment(resource: unknown): Payment | undefined {
  return paymentSchema.safeParse(resource).data
}

function schemaFor(value: unknown): z.ZodType<Payment> {
  if (typeof value !== 'object' || value === null) return directSchema
  if ('combine_out_trade_no' in value) return combinedPaymentSchema
  return 'sp_mchid' in value ? partnerSchema : directSchema
}
