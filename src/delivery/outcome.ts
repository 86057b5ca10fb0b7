import type { MemberReason } from '../refusal.ts'
import type { Schedule } from './backoff.ts'

/** What an answer means for the coupon: given, final no, ask again, or stop asking until its cause is gone. */
export type Verdict = 'sent' | 'refused' | 'later' | 'halt'

/** What WeChat Pay (or the network) said, in WeChat's own spelling. */
export type OutcomeMatch = {
  /** As documented; a code is believed under any 4xx, since several rows were seen under other ones. */
  status?: number
  codes?: string[]
  /** Part of `message` (asked for in zh-CN), without spaces and punctuation. */
  phrase?: string
  /** The number after the last dash of Request-ID (wechat/pay-v3.md 3.4): a hint, never the only proof of a refusal. */
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
  /** Of a halt: what must not be sent from. */
  scope?: 'stock' | 'account'
  /** How long to wait before the next try, or before the next probe of a halt. */
  schedule?: Schedule
  /** Of a halt that may be one coupon's own: the longer pause of that coupon. */
  couponSchedule?: Schedule
  /** What the member's page may say while this is the coupon's last word. */
  member: MemberReason
  /** A better sentence for this row than the one of `member`. */
  memberSentence?: string
  /** True for limits that an earlier, unanswered try may itself have used up. */
  userLimit?: true
  operator: { cause: string; cure: string }
  /** Where this is known from. */
  source: string
}
