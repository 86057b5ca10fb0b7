import type { OwedCoupon } from '../ledger/coupon.ts'
import type { PayClient } from '../wechat/pay/client.ts'
import { sendCoupon } from '../wechat/pay/favor.ts'
import { PayRequestFault } from '../wechat/pay/pay-body.ts'
import { classify, type Outcome } from './classify.ts'
import { isMembersOwn } from '../ledger/outcomes/outcome.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'

/** With less time than this a second request would mostly time out; WeChat documents about 100 ms for a send. */
const leastAskMs = 300

/**
 * Asks WeChat to send a coupon, with the stored body and so always with the same number, alternately at the main and
 * the backup host. A refusal that would be final but does not have WeChat's signature is checked at once at the other
 * host. If both agree, it is believed. An answer that is neither proven nor confirmed counts for nothing and leaves
 * doubt. Never throws; takes at most `timeoutMs`. `turn` waits for the second request's turn at the account's pace.
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
  // Nobody was asked a second time.
  if (second.row.name === 'held_back') return { ...first, ...unconfirmed }
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
    // This request was never sent, because it must not be. A person must look at it.
    if (error instanceof PayRequestFault) {
      return { row: outcomeNamed('needs_operator'), proven: true, doubtful: false, evidence }
    }
    return { row: outcomeNamed('unverified_answer'), proven: true, doubtful: true, evidence }
  }
}
