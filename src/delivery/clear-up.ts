import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Services } from '../services.ts'
import type { PayClient } from '../wechat/pay/client.ts'
import { nextTry } from '../ledger/outcomes/backoff.ts'
import { isOldDoubt, lookUp } from './look-up.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { SendResult } from './send-result.ts'
import { settle } from './settlement.ts'

/** WeChat takes about 100 ms for a list of coupons (docs/wechat/pay-v3.md 2.11). */
const lookUpTimeoutMs = 2_000

/**
 * Looks up a coupon in doubt at WeChat before its number is sent again. Returns undefined when it is to be sent.
 * - It is at WeChat: it is written as sent.
 * - It is not there, and the doubt is a day old: the doubt ends, and the number is sent again, or the coupon is refused
 *   if the payment was refunded meanwhile.
 * - WeChat does not answer: after a day the coupon waits, and is looked up again.
 * - The list is refused, or does not show which row a coupon belongs to: after a day the coupon is set aside with the
 *   evidence. It is sent only when an operator, who has seen this, asks for it.
 */
export async function clearUp(
  services: Services,
  coupon: OwedCoupon,
  client: PayClient,
): Promise<SendResult | undefined> {
  const { clock, ledger } = services
  const looked = await lookUp(services.db, client, coupon, lookUpTimeoutMs)
  const at = clock.now()
  const isOld = isOldDoubt(coupon, at)
  switch (looked.kind) {
    case 'found': {
      const { couponId, requestId } = looked
      const evidence = { status: 200, requestId }
      const outcome = { row: outcomeNamed('sent'), couponId, proven: true, doubtful: false, evidence }
      return settle(services, coupon, { mchid: client.mchid }, outcome)
    }
    case 'none':
      if (!isOld) return undefined
      await ledger.endDoubt(coupon)
      coupon.doubtSince = null
      return takeBackIfRefunded(services, coupon, at)
    case 'unclear':
      return isOld ? setAside(services, coupon, 'look_up_unclear') : undefined
    case 'unanswered':
      return isOld ? wait(services, coupon, 'look_up_unanswered', nextTry('doubt', coupon.attempts, at)) : undefined
    case 'not_allowed':
      return isOld ? setAside(services, coupon, 'look_up_refused', looked) : undefined
  }
}

async function setAside(
  services: Services,
  coupon: OwedCoupon,
  reason: string,
  evidence?: Parameters<typeof wait>[4],
): Promise<SendResult | undefined> {
  // It was set aside for this reason before, so an operator has made it due again.
  if (coupon.reason === reason) return undefined
  return wait(services, coupon, reason, null, evidence)
}

/**
 * A refund that arrived during the doubt could only flag the grant. Now it is known that the coupon is not at WeChat.
 */
async function takeBackIfRefunded(
  { db, ledger }: Services,
  coupon: OwedCoupon,
  at: Date,
): Promise<SendResult | undefined> {
  const grant = await db
    .selectFrom('grants')
    .select('refunded_at')
    .where('id', '=', coupon.grantId)
    .executeTakeFirstOrThrow()
  if (grant.refunded_at === null) return undefined
  const isRefused = await ledger.settleRefused({ coupon, reason: 'refunded', at })
  return isRefused ? { state: 'refused', reason: 'refunded' } : { state: 'owed', reason: 'refunded', dueAt: at }
}

async function wait(
  { ledger, clock }: Services,
  coupon: OwedCoupon,
  reason: string,
  dueAt: Date | null,
  evidence: { status?: number; code?: string; message?: string; requestId?: string | undefined } = {},
): Promise<SendResult> {
  const { status, code, message, requestId } = evidence
  const at = clock.now()
  await ledger.postpone({
    coupon,
    reason,
    outcome: reason,
    dueAt,
    doubtful: true,
    status,
    code,
    message,
    requestId,
    at,
  })
  return { state: 'owed', reason, dueAt: dueAt ?? at }
}
