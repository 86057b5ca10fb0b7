import type { Services } from '../services.ts'
import { readRefundState } from '../wechat/pay/refund-state.ts'
import { askerOf } from './askers.ts'

/** What came of a refund that a bill knows only as begun: such a row is never updated (docs/wechat/bills.md 4). */
export type RefundEnd = 'given back' | 'not given back' | 'pending'

const turnMs = 10_000

/** Asks WeChat. Without an answer, or without the keys to ask, the end is not known yet. */
export async function refundEnded(
  services: Services,
  refund: { mchid: string; subMchid: string | undefined; outRefundNo: string | undefined },
): Promise<RefundEnd> {
  const account = await askerOf(services, refund.mchid)
  const { outRefundNo, subMchid } = refund
  if (!account || outRefundNo === undefined || !(await services.pace.take(account, turnMs))) return 'pending'
  const reply = await readRefundState(services.pay(account), { outRefundNo, subMchid })
  if (reply.kind !== 'ok' || reply.body.status === 'PROCESSING') return 'pending'
  return reply.body.status === 'SUCCESS' ? 'given back' : 'not given back'
}
