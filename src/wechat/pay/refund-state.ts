import { z } from 'zod'
import { readReply } from './read-reply.ts'
import { maybe, time } from './tolerant.ts'
import type { PayClient, PayReply } from './types.ts'

/** The query says `status` where the notification says `refund_status`. */
const stateSchema = z.object({ status: z.string(), success_time: maybe(time) })

export type RefundState = z.infer<typeof stateSchema>

/**
 * How far a refund has come: SUCCESS, CLOSED, ABNORMAL or PROCESSING. Asked by the number that placed the order, with
 * `subMchid` for an order that a provider placed (docs/wechat/bills.md 4).
 */
export async function readRefundState(
  client: PayClient,
  refund: { outRefundNo: string; subMchid?: string | undefined },
): Promise<PayReply<RefundState>> {
  const query =
    refund.subMchid === undefined ? '' : `?${new URLSearchParams({ sub_mchid: refund.subMchid }).toString()}`
  const path = `/v3/refund/domestic/refunds/${encodeURIComponent(refund.outRefundNo)}${query}`
  return readReply(await client.call({ method: 'GET', path }), stateSchema)
}
