import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** An order that a page or the events API named and WeChat has not told us of. */
export type AskedOrdersTable = {
  id: Generated<number>
  merchant_id: number
  named_by: 'transaction_id' | 'out_trade_no'
  name: string
  told_by: 'page' | 'event'
  first_at: Time
  /** When WeChat is asked next. */
  due_at: Time
  tries: Generated<number>
  /** What the last asking brought, in words. */
  last_answer: string | null
  /** The payments that it turned out to be: several for a combined order. */
  transaction_ids: Generated<string[]>
  outcome: 'confirmed' | 'refunded' | 'not_ours' | 'given_up' | null
  ended_at: Time | null
}

/** The comparison of one Beijing day of one merchant, as it was last computed. */
export type DaysTable = {
  id: Generated<number>
  merchant_id: number
  /** `20261101` */
  day: string
  computed_at: Time
  /** JSON, kept byte for byte. */
  sheet: string
}

/** What was signed and by whom. Only ever inserted, and ended by a reopening. */
export type DaySignaturesTable = {
  id: Generated<number>
  day_id: number
  signed_by: string
  signed_at: Time
  /** The day's sheet as it was signed, byte for byte. */
  sheet: string
  /** SHA-256 of it, in hex. */
  sheet_hash: string
  reopened_by: string | null
  reopened_at: Time | null
  reopened_reason: string | null
}

export type DifferenceCause =
  'lost_answer' | 'used_after_refund' | 'foreign_sender' | 'late_file' | 'sent_by_hand' | 'unknown'

/** The cause that an operator named for a difference; of each difference the row with the highest id counts. */
export type DayExplanationsTable = {
  id: Generated<number>
  merchant_id: number
  day: string
  /** The key of the difference in the day's sheet. */
  difference: string
  cause: DifferenceCause
  reason: string
  by: string
  at: Time
  /** The difference as it was then; null in what was written before this was kept. */
  count: number | null
  fen: number | null
}
