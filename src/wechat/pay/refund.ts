import { z } from 'zod'
import { maybe, text, time, whole } from './tolerant.ts'

const refundSchema = z.object({
  /** Direct orders have `mchid`, a provider's have `sp_mchid` and `sub_mchid`; one official example mixes them. */
  mchid: maybe(text),
  sp_mchid: maybe(text),
  sub_mchid: maybe(text),
  out_trade_no: maybe(text),
  transaction_id: text,
  out_refund_no: maybe(text),
  refund_id: text,
  /** `SUCCESS`: the money was given back; `CLOSED`, `ABNORMAL` and `PROCESSING`: it was not, or not yet. */
  refund_status: z.string(),
  success_time: maybe(time),
  amount: z.object({
    total: maybe(whole),
    /** fen of the order's total */
    refund: whole,
    payer_total: maybe(whole),
    /** fen that the payer got back */
    payer_refund: maybe(whole),
  }),
})

export type Refund = z.infer<typeof refundSchema>

/**
 * The refund in an opened `REFUND.*` notification (docs/wechat/payment-triggers.md 1.6); undefined when it is not one.
 */
export function readRefund(resource: unknown): Refund | undefined {
  return refundSchema.safeParse(resource).data
}
