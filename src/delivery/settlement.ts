import type { OwedCoupon } from '../claims/coupon.ts'
import type { Services } from '../services.ts'
import { nextTry } from './backoff.ts'
import type { Outcome } from './classify.ts'
import { raiseHalt } from './halts.ts'
import { outcomeNamed } from './outcomes.ts'
import type { SendResult } from './sender.ts'
import { settleLateSent } from './settle-late.ts'

/** Writes one outcome down: the coupon is sent, refused, or owed until later or until a halt is lifted. Throws what the ledger throws. */
export async function settle(
  services: Services,
  coupon: OwedCoupon,
  account: { mchid: string },
  outcome: Outcome,
): Promise<SendResult> {
  const { row } = outcome
  const { clock, pace } = services
  const at = clock.now()
  switch (row.verdict) {
    case 'sent':
      return settleSent(services, coupon, outcome)
    case 'refused':
      return settleRefused(services, coupon, outcome)
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

async function settleSent(services: Services, coupon: OwedCoupon, outcome: Outcome): Promise<SendResult> {
  const { status = 200, requestId } = outcome.evidence
  const couponId = outcome.couponId as string
  const sent = { coupon, couponId, status, requestId, at: services.clock.now() }
  const settled = await services.ledger.settleSent(sent)
  if (settled === 'settled_before') await settleLateSent(services, sent)
  if (settled !== 'of_another_row') return { state: 'sent', couponId }
  const { outRequestNo } = coupon
  services.log.error({ outRequestNo, couponId, requestId }, "WeChat's coupon belongs to another row: set aside")
  return postpone(services, coupon, { ...outcome, row: outcomeNamed('coupon_of_another_row'), doubtful: true }, null)
}

/**
 * A refusal is final only of a coupon that is not in doubt: an earlier try that nobody answered may have brought it, and
 * used a limit up by that. Then the coupon stays owed, is looked up, and its number goes out again.
 */
async function settleRefused(services: Services, coupon: OwedCoupon, outcome: Outcome): Promise<SendResult> {
  const { row, evidence } = outcome
  const at = services.clock.now()
  if (row.schedule !== undefined && (await isFirstTime(services, coupon, row.name))) {
    return postpone(services, coupon, outcome, nextTry(row.schedule, 0, at))
  }
  const inDoubt = coupon.doubtSince !== null || outcome.doubtful
  if (inDoubt) return postpone(services, coupon, outcome, nextTry('doubt', coupon.attempts, at))
  if (await services.ledger.settleRefused({ coupon, reason: row.name, ...evidence, at })) {
    return { state: 'refused', reason: row.name }
  }
  // Our lease ran out meanwhile: whoever holds the coupon now decides.
  return { state: 'owed', reason: row.name, dueAt: at }
}

/** `dueAt` null: set aside for an operator. */
async function postpone(
  services: Services,
  coupon: OwedCoupon,
  outcome: Outcome,
  dueAt: Date | null,
): Promise<SendResult> {
  const { row, doubtful, evidence } = outcome
  const at = services.clock.now()
  await services.ledger.postpone({ coupon, reason: row.name, outcome: row.name, dueAt, doubtful, ...evidence, at })
  return { state: 'owed', reason: row.name, dueAt: dueAt ?? at }
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
