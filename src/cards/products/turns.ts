import type { Services } from '../../services.ts'
import type { PayClient, PayReply } from '../../wechat/pay/types.ts'

/**
 * WeChat takes five calls per second of a number (docs/wechat/member-cards.md 2). A pace of so few lets one more through
 * now and then, so it is set to four.
 */
const callsPerSecond = 4
/** An inbox entry's lease must outlast a turn and two calls; who gets none is asked again. */
const patienceMs = 2_000

/** A call of one number's cards when its turn comes, over all processes. No turn in time is no answer. */
export async function inTurn<T>(
  { pace }: Pick<Services, 'pace'>,
  client: PayClient,
  call: () => Promise<PayReply<T>>,
): Promise<PayReply<T>> {
  const caller = { mchid: `cards/${client.mchid}`, sendsPerSecond: callsPerSecond }
  if (!(await pace.take(caller, patienceMs))) return { kind: 'unknown', word: 'unreachable', detail: 'no turn' }
  const reply = await call()
  if (reply.kind === 'refusal' && reply.status === 429) await pace.slowDown(caller.mchid)
  return reply
}
