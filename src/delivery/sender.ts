import { leaseMs, type OwedCoupon } from '../ledger/coupon.ts'
import { elapsedMs } from '../plumbing/clock.ts'
import type { Account } from '../merchants/merchant.ts'
import { nextTry } from '../ledger/outcomes/backoff.ts'
import { sendSeconds, sendsTotal } from '../plumbing/telemetry/metrics.ts'
import type { Services } from '../services.ts'
import type { PayClient } from '../wechat/pay/client.ts'
import { ask } from './ask.ts'
import type { Outcome } from './classify.ts'
import { clearUp } from './clear-up.ts'
import { lastWordMs } from './doors.ts'
import { activeHalt } from './halts.ts'
import { needsLookUp } from './look-up.ts'
import { outcomeNamed } from '../ledger/outcomes/outcomes.ts'
import type { SendResult } from './send-result.ts'
import { settle } from './settlement.ts'

export type SendOptions = {
  /** The most time that WeChat may take, including a second request. */
  timeoutMs: number
  /** How long to wait for a turn at the account's pace. */
  patienceMs: number
  /** Sends in spite of an active halt, to see whether its cause is gone. */
  probing?: boolean
}

/** With less time than this a try would mostly time out; WeChat documents about 100 ms for a send. */
const leastSendMs = 300

/**
 * Sends one leased coupon once and writes the outcome; used by claims, the worker and operators. Never throws: every
 * answer of WeChat is a row of the outcome table, and if the result cannot be written, the coupon stays reserved until
 * its lease runs out.
 */
export async function send(services: Services, coupon: OwedCoupon, options: SendOptions): Promise<SendResult> {
  try {
    return await attempt(services, coupon, options)
  } catch (error) {
    const { outRequestNo } = coupon
    services.log.error({ outRequestNo, error: (error as Error).message }, 'a send could not be written down')
    const dueAt = new Date(services.clock.now().getTime() + leaseMs)
    return { state: 'owed', reason: 'ledger_unreachable', dueAt }
  }
}

async function attempt(services: Services, coupon: OwedCoupon, options: SendOptions): Promise<SendResult> {
  const { pace, clock } = services
  const { account, client } = await senderOf(services, coupon)
  if (!client) return settle(services, coupon, account, withoutKeys)

  const halt = options.probing ? undefined : await activeHalt(services, coupon.accountId, coupon.stockRef)
  if (halt) {
    await services.ledger.release(coupon, null, halt.cause)
    return { state: 'owed', reason: halt.cause, dueAt: halt.probe_at }
  }

  if (client.room() < 1) return holdBack(services, coupon)
  const turn = () => pace.take(account, Math.min(options.patienceMs, timeLeftMs(services, coupon)))
  if (!(await turn())) {
    const comeAgain = new Date(clock.now().getTime() + pace.comeAgainMs(account))
    return letGo(services, coupon, 'waiting_for_turn', comeAgain)
  }
  const known = needsLookUp(coupon, clock.now()) ? await clearUp(services, coupon, client) : undefined
  if (known) return known
  // If the ledger answered slowly, the lease is used up: another process may take the coupon in a moment.
  const leftMs = timeLeftMs(services, coupon)
  if (leftMs < leastSendMs) return letGo(services, coupon, coupon.reason ?? undefined, clock.now())

  const begun = performance.now()
  const outcome = await ask(client, coupon, { timeoutMs: Math.min(options.timeoutMs, leftMs), turn })
  if (outcome.row.name === heldBack) return holdBack(services, coupon)
  const seconds = (performance.now() - begun) / 1_000
  sendSeconds.observe({ mchid: account.mchid }, seconds)
  note(services, coupon, account, outcome, seconds)
  return settle(services, coupon, account, outcome)
}

/** Returns how long a request to WeChat may still take under the coupon's lease. */
function timeLeftMs({ clock }: Services, { lease }: OwedCoupon): number {
  return Math.floor(lease.heldUntilMs - lastWordMs - elapsedMs(clock))
}

/** Returns the account and its client; no client when its keys are missing or cannot be read. */
async function senderOf(
  services: Services,
  coupon: OwedCoupon,
): Promise<{ account: Pick<Account, 'mchid' | 'sendsPerSecond'>; client?: PayClient }> {
  const merchant = await services.catalog.merchantById(coupon.merchantId)
  const account = merchant?.accounts.find((one) => one.id === coupon.accountId)
  if (!account?.keys) return { account: account ?? { mchid: 'unknown', sendsPerSecond: 1 } }
  try {
    return { account, client: services.pay(account) }
  } catch {
    return { account }
  }
}

const withoutKeys: Outcome = {
  row: outcomeNamed('account_without_keys'),
  proven: true,
  doubtful: false,
  evidence: {},
}

const heldBack = 'held_back'

/**
 * WeChat was not asked, so this is no try: the coupon's pauses do not grow. What was known of it before stays, since a
 * coupon in doubt may have to be looked up for that reason.
 */
function holdBack(services: Services, coupon: OwedCoupon): Promise<SendResult> {
  const reason = (coupon.doubtSince && coupon.reason) ?? heldBack
  return letGo(services, coupon, reason, nextTry('turn', 0, services.clock.now()))
}

/** Gives the lease back without a try. */
async function letGo(
  services: Services,
  coupon: OwedCoupon,
  reason: string | undefined,
  dueAt: Date,
): Promise<SendResult> {
  await services.ledger.release(coupon, dueAt, reason)
  return { state: 'owed', reason: reason ?? 'waiting_for_turn', dueAt }
}

function note(
  { log }: Services,
  { outRequestNo, attempts }: OwedCoupon,
  { mchid }: { mchid: string },
  { row, evidence }: Outcome,
  seconds: number,
): void {
  sendsTotal.inc({ mchid, outcome: row.verdict, reason: row.name })
  const { status, code, requestId } = evidence
  const line = { outRequestNo, outcome: row.name, attempts, status, code, requestId, ms: Math.round(seconds * 1_000) }
  if (row.verdict === 'sent') log.debug(line, 'coupon sent')
  else log.info(line, 'coupon not sent')
}
