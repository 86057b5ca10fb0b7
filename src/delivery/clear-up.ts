import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Services } from '../services.ts'
import type { PayClient } from '../wechat/pay/client.ts'
import { nextTry } from '../ledger/outcomes/backoff.ts'
import { isOldDoubt, lookUp } from './look-up.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { SendResult } from './sender.ts'
import { settle } from './settlement.ts'

/** A list of coupons takes WeChat ~100 ms (docs/wechat/pay-v3.md 2.11). */
const lookUpTimeoutMs = 2_000

/**
 * Finds out about a coupon in doubt before its number goes out again. It is at WeChat: sent. It is not, and the doubt is a
 * day old: the doubt is over, and the number goes out again, unless the money was given back meanwhile. The list is
 * refused, or does not say whose a coupon is: it is set aside for an operator, with the evidence, and goes out when the
 * operator, who has seen that, asks for it. Undefined: send it.
 */
export async function clearUp(
  services: Services,
  coupon: OwedCoupon,
  client: PayClient,
): Promise<SendResult | undefined> {
  const { clock, ledger } = services
  const looked = await lookUp(services, client, coupon, lookUpTimeoutMs)
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
  // It was set aside for this before: only an operator has made it due again.
  if (coupon.reason === reason) return undefined
  return wait(services, coupon, reason, null, evidence)
}

/** A refund that came in doubt could only flag the grant; by now nothing of this coupon is anywhere. */
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
