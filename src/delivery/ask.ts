import type { OwedCoupon } from '../ledger/coupon.ts'
import type { PayClient } from '../wechat/pay/client.ts'
import { sendCoupon } from '../wechat/pay/favor.ts'
import { PayRequestFault } from '../wechat/pay/pay-body.ts'
import { classify, type Outcome } from './classify.ts'
import { isMembersOwn } from '../ledger/outcomes/outcome.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'

/** A second asking with less than this would mostly time out; WeChat documents ~100 ms for a send. */
const leastAskMs = 300

/**
 * Asks WeChat to send a coupon: the stored body, so always the same number; main and backup host in turns. A refusal
 * that would be final and does not carry WeChat's signature is asked again at once at the other host: two that agree
 * are believed; what is neither proven nor confirmed says nothing, and leaves doubt. Never throws; takes at most
 * `timeoutMs`. `turn` gives the second asking its place in the account's pace.
 */
export async function ask(
  client: PayClient,
  coupon: OwedCoupon,
  options: { timeoutMs: number; turn: () => Promise<boolean> },
): Promise<Outcome> {
  const deadline = performance.now() + options.timeoutMs
  const backup = coupon.attempts % 2 === 1
  const first = await askOnce(client, coupon, { timeoutMs: options.timeoutMs, backup })
  if (!isMembersOwn(first.row) || first.proven) return first

  const hasTurn = await options.turn()
  const leftMs = Math.floor(deadline - performance.now())
  if (!hasTurn || leftMs < leastAskMs) return { ...first, ...unconfirmed }
  const second = await askOnce(client, coupon, { timeoutMs: leftMs, backup: !backup })
  const contradicts = isMembersOwn(second.row) && !second.proven && second.row !== first.row
  if (contradicts) return { ...second, ...unconfirmed }
  return { ...second, doubtful: second.row.verdict !== 'sent' && (first.doubtful || second.doubtful) }
}

const unconfirmed = { row: outcomeNamed('unsigned_refusal'), doubtful: true }

async function askOnce(
  client: PayClient,
  { openid, request }: OwedCoupon,
  options: { timeoutMs: number; backup: boolean },
): Promise<Outcome> {
  try {
    return classify(await sendCoupon(client, { openid, body: request, ...options }))
  } catch (error) {
    const evidence = { message: (error as Error).message }
    // A request that must not be sent never left this process; it is for a person to look at.
    if (error instanceof PayRequestFault) {
      return { row: outcomeNamed('needs_operator'), proven: true, doubtful: false, evidence }
    }
    return { row: outcomeNamed('unverified_answer'), proven: true, doubtful: true, evidence }
  }
}
