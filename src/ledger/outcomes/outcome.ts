import type { MemberReason } from '../../refusal.ts'
import type { Schedule } from './backoff.ts'

/**
 * What an answer means for the coupon: it was given, it is finally refused, try again later, or send nothing until the
 * cause is gone.
 */
export type Verdict = 'sent' | 'refused' | 'later' | 'halt'

/** What an answer of WeChat Pay (or of the network) must contain to match a row, in WeChat's spelling. */
export type OutcomeMatch = {
  /** The documented status. A code is believed under any 4xx, since several codes were seen with other statuses. */
  status?: number
  codes?: string[]
  /** Parts of `message` (requested in zh-CN), without spaces and punctuation. One of them is enough. */
  phrases?: string[]
  /** The request field that `detail.field` names, together with one of `codes`. */
  field?: string
  /**
   * The number after the last dash of Request-ID (docs/wechat/pay-v3.md 3.4): a hint, never the only proof of a
   * refusal.
   */
  subCodes?: string[]
  /** True when one of `codes` alone is enough; false when the same code is used for several situations. */
  codeSuffices?: boolean
}

/** One row of the outcome table: the error dictionary for the ledger, the member's page and the operator. */
export type OutcomeRow = {
  /** The name that is kept in `coupons.reason`, `attempts.outcome` and `halts.cause`. */
  name: string
  match: OutcomeMatch
  verdict: Verdict
  /**
   * For a halt: when it begins. An answer about the account or the stock halts at once. An answer that may concern only
   * one member or coupon halts only when several members get it; until then only this coupon waits (suspicions.ts).
   */
  halts?: 'at_once' | 'by_several'
  /** For a halt: whether the stock or the whole account is halted. */
  scope?: 'stock' | 'account'
  /** How long to wait before the next try, or before the next probe of a halt. */
  schedule?: Schedule
  /** The first such answer may be false: the same request is sent once more after some seconds. */
  askOnceMore?: true
  /** What the member's page shows while this is the coupon's latest outcome. */
  member: MemberReason
  /** Shown instead of the sentence of `member` once the coupon is refused. */
  memberSentence?: string
  /** What the page shows while the coupon is owed for this reason; 正在发放 when absent. */
  waitingSentence?: string
  operator: { cause: string; cure: string }
  /** Where this fact comes from. */
  source: string
}

/**
 * True for an outcome that ends a coupon, or delays it for weeks, for one member alone. Such an answer is believed only
 * under a 4xx, and without WeChat's signature only when it came twice.
 */
export function isMembersOwn({ verdict, schedule }: OutcomeRow): boolean {
  return verdict === 'refused' || schedule === 'next_month'
}
