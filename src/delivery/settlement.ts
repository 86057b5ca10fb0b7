import type { OwedCoupon } from '../ledger/coupon.ts'
import type { Services } from '../services.ts'
import { nextTry } from '../ledger/outcomes/backoff.ts'
import type { Outcome } from './classify.ts'
import { raiseHalt, activeHalt } from './halts.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { SendResult } from './send-result.ts'
import { settleLateSent } from './settle-late.ts'
import { clearSuspicions, isMetBySeveral, noteSuccess } from './suspicions.ts'
import { isAskedOnceMore, suspiciousTries } from './tries.ts'

/**
 * Writes one outcome: the coupon is sent, refused, or owed until later or until a halt ends. Throws the ledger's
 * errors.
 */
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
      if (row.schedule === 'next_month') return settleMonthCap(services, coupon, outcome)
      return postpone(services, coupon, outcome, nextTry(row.schedule ?? 'again', coupon.attempts, at))
    }
    case 'halt': {
      if (row.halts === 'by_several') return settleSuspicious(services, coupon, outcome)
      const dueAt = await raiseHalt(services, coupon, outcome)
      // The halt closes the lane, so the coupon can stay due as before: it is sent when the halt is lifted.
      return { ...(await postpone(services, coupon, outcome, at)), dueAt }
    }
  }
}

async function settleSent(services: Services, coupon: OwedCoupon, outcome: Outcome): Promise<SendResult> {
  const { status = 200, requestId } = outcome.evidence
  const couponId = outcome.couponId as string
  const sent = { coupon, couponId, status, requestId, at: services.clock.now() }
  noteSuccess(services, coupon)
  const settled = await services.ledger.settleSent(sent)
  await clearSuspicions(services, coupon)
  if (settled === 'settled_before') await settleLateSent(services, sent)
  if (settled !== 'of_another_row') return { state: 'sent', couponId }
  const { outRequestNo } = coupon
  services.log.error({ outRequestNo, couponId, requestId }, "WeChat's coupon belongs to another row: set aside")
  return postpone(services, coupon, { ...outcome, row: outcomeNamed('coupon_of_another_row'), doubtful: true }, null)
}

/**
 * A refusal is final only for a coupon that is not in doubt. An earlier try without an answer may have brought the
 * coupon, and the refusal may only mean that this used the limit up. Then the coupon stays owed, is looked up, and is
 * sent again with the same number.
 */
async function settleRefused(services: Services, coupon: OwedCoupon, outcome: Outcome): Promise<SendResult> {
  const { row, evidence } = outcome
  const at = services.clock.now()
  if (await isAskedOnceMore(services, coupon, row)) {
    return postpone(services, coupon, outcome, nextTry('ask_once_more', 0, at))
  }
  if (isInDoubt(coupon, outcome)) return postpone(services, coupon, outcome, nextTry('doubt', coupon.attempts, at))
  if (await services.ledger.settleRefused({ coupon, reason: row.name, ...evidence, at })) {
    return { state: 'refused', reason: row.name }
  }
  // Our lease ran out meanwhile, or an earlier holder has left doubt: the next holder decides.
  return { state: 'owed', reason: row.name, dueAt: at }
}

/**
 * The coupon is owed until the next month, if the stock can still be sent then; otherwise the cap counts as a refusal.
 */
async function settleMonthCap(services: Services, coupon: OwedCoupon, outcome: Outcome): Promise<SendResult> {
  const dueAt = nextTry('next_month', coupon.attempts, services.clock.now())
  const stock = await services.catalog.stockByRef(coupon.stockRef)
  // In doubt, this coupon itself may have used the cap up.
  const isRefused = isInDoubt(coupon, outcome) || (stock !== undefined && stock.available_end <= dueAt)
  return isRefused ? settleRefused(services, coupon, outcome) : postpone(services, coupon, outcome, dueAt)
}

function isInDoubt(coupon: OwedCoupon, outcome: Outcome): boolean {
  return coupon.doubtSince !== null || outcome.doubtful
}

/**
 * Handles an answer that may concern only this member or coupon. The coupon waits longer each time, and after the third
 * such answer for an operator (a coupon in doubt is looked up first). When several members got the same answer, the
 * stock is halted.
 */
async function settleSuspicious(services: Services, coupon: OwedCoupon, outcome: Outcome): Promise<SendResult> {
  const { clock } = services
  const { row } = outcome
  if (await isAskedOnceMore(services, coupon, row)) {
    return postpone(services, coupon, outcome, nextTry('ask_once_more', 0, clock.now()))
  }
  const tries = await suspiciousTries(services, coupon)
  const halted = await activeHalt(services, coupon.accountId, coupon.stockRef)
  const isStocks = await isMetBySeveral(services, coupon, outcome, tries <= (row.askOnceMore ? 1 : 0))
  if (isStocks) await raiseHalt(services, coupon, outcome)
  const isOwn = !isStocks && halted === undefined && tries + 1 >= triesOfItsOwn && !isInDoubt(coupon, outcome)
  return postpone(services, coupon, outcome, isOwn ? null : nextTry('stranger', tries, clock.now()))
}

/** After this many such answers a person must look at the coupon: asking again would bring nothing new. */
const triesOfItsOwn = 3

/** `dueAt` null: set aside for an operator. */
async function postpone(
  services: Services,
  coupon: OwedCoupon,
  outcome: Outcome,
  dueAt: Date | null,
): Promise<Extract<SendResult, { state: 'owed' }>> {
  const { row, doubtful, evidence } = outcome
  const at = services.clock.now()
  await services.ledger.postpone({ coupon, reason: row.name, outcome: row.name, dueAt, doubtful, ...evidence, at })
  return { state: 'owed', reason: row.name, dueAt: dueAt ?? at }
}
