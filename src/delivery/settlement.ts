import type { OwedCoupon } from '../claims/coupon.ts'
import type { Services } from '../services.ts'
import { nextTry } from './backoff.ts'
import type { Outcome } from './classify.ts'
import { raiseHalt } from './halts.ts'
import type { SendResult } from './sender.ts'

/** Writes one outcome down: the coupon is sent, refused, or owed until later or until a halt is lifted. Throws what the ledger throws. */
export async function settle(
  services: Services,
  coupon: OwedCoupon,
  account: { mchid: string },
  outcome: Outcome,
): Promise<SendResult> {
  const { row, evidence, couponId } = outcome
  const { ledger, clock, pace } = services
  const at = clock.now()
  switch (row.verdict) {
    case 'sent': {
      const { status = 200, requestId } = evidence
      await ledger.settleSent({ coupon, couponId: couponId!, status, requestId, at })
      return { state: 'sent', couponId: couponId! }
    }
    case 'refused': {
      if (row.schedule !== undefined && (await isFirstTime(services, coupon, row.name))) {
        return postpone(services, coupon, outcome, nextTry(row.schedule, 0, at))
      }
      // An earlier try that nobody answered may have used the limit up: then the member has the coupon, and no
      // limit may be given twice.
      const keepSlots = (coupon.doubtful || outcome.doubtful) && row.userLimit === true
      await ledger.settleRefused({ coupon, reason: row.name, ...evidence, keepSlots, at })
      return { state: 'refused', reason: row.name }
    }
    case 'later': {
      if (row.name === 'rate_limited') await pace.slowDown(account.mchid)
      return postpone(services, coupon, outcome, nextTry(row.schedule ?? 'again', coupon.attempts, at))
    }
    case 'halt': {
      const probeAt = await raiseHalt(services, coupon, outcome)
      const own = row.couponSchedule && nextTry(row.couponSchedule, coupon.attempts, at)
      return postpone(services, coupon, outcome, own && own > probeAt ? own : probeAt)
    }
  }
}

async function postpone(services: Services, coupon: OwedCoupon, outcome: Outcome, dueAt: Date): Promise<SendResult> {
  const { row, doubtful, evidence } = outcome
  const at = services.clock.now()
  await services.ledger.postpone({ coupon, reason: row.name, outcome: row.name, dueAt, doubtful, ...evidence, at })
  return { state: 'owed', reason: row.name, dueAt }
}

/**
 * RULE_LIMIT was seen to be false while another send of the same member was in hand (wechat/pay-v3.md 3.3), and our
 * ledger has given the coupon a place under the stock's own limit: so the first one is asked again after a pause.
 */
async function isFirstTime({ db }: Services, coupon: OwedCoupon, outcome: string): Promise<boolean> {
  if (coupon.attempts === 0) return true
  const before = await db
    .selectFrom('attempts')
    .select('id')
    .where('coupon_row', '=', coupon.id)
    .where('outcome', '=', outcome)
    .executeTakeFirst()
  return before === undefined
}
