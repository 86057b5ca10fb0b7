import type { MemberReason } from '../../refusal.ts'
import type { Schedule } from './backoff.ts'

/** What an answer means for the coupon: given, final no, ask again, or stop asking until its cause is gone. */
export type Verdict = 'sent' | 'refused' | 'later' | 'halt'

/** What WeChat Pay (or the network) said, in WeChat's own spelling. */
export type OutcomeMatch = {
  /** As documented; a code is believed under any 4xx, since several rows were seen under other ones. */
  status?: number
  codes?: string[]
  /** Parts of `message` (asked for in zh-CN), without spaces and punctuation; each of them says it all. */
  phrases?: string[]
  /** The request's field that `detail.field` blames, under one of `codes`. */
  field?: string
  /**
   * The number after the last dash of Request-ID (docs/wechat/pay-v3.md 3.4): a hint, never the only proof of a
   * refusal.
   */
  subCodes?: string[]
  /** True where one of `codes` says it all; false where the same code stands for several situations. */
  codeSuffices?: boolean
}

/** One row of the outcome table: an error dictionary that the ledger, the member's page and the operator share. */
export type OutcomeRow = {
  /** The reason word kept in `coupons.reason`, `attempts.outcome` and `halts.cause`. */
  name: string
  match: OutcomeMatch
  verdict: Verdict
  /**
   * Of a halt: when it begins. An answer about the account or the stock halts at once. One that may be the member's or
   * the coupon's own fault halts only when several members meet it; until then the coupon alone waits (suspicions.ts).
   */
  halts?: 'at_once' | 'by_several'
  /** Of a halt: what must not be sent from. */
  scope?: 'stock' | 'account'
  /** How long to wait before the next try, or before the next probe of a halt. */
  schedule?: Schedule
  /** The first such answer may be false: the coupon is asked for once more after some seconds. */
  askOnceMore?: true
  /** What the member's page may say while this is the coupon's last word. */
  member: MemberReason
  /** A better sentence for this row than the one of `member`, once the coupon is refused. */
  memberSentence?: string
  /** What the page says while the coupon is owed for this reason; 正在发放 when absent. */
  waitingSentence?: string
  operator: { cause: string; cure: string }
  /** Where this is known from. */
  source: string
}

/**
 * True for what ends a coupon, or puts it off for weeks, for one member alone: such an answer is believed only under a 4xx, and
 * without WeChat's signature only when it was said twice.
 */
export function isMembersOwn({ verdict, schedule }: OutcomeRow): boolean {
  return verdict === 'refused' || schedule === 'next_month'
}
