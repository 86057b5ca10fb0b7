import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type CouponState = 'reserved' | 'sent' | 'refused'

export type GrantsTable = {
  id: string
  merchant_id: number
  campaign_id: number
  openid: string
  trigger_key: string
  /** The tier's `at_least` of a spend campaign. */
  tier: number | null
  /** The payment that earned it. */
  transaction_id: string | null
  /** Decides the day under the limits of a day. */
  earned_at: Time
  /** Set when the payment that earned it was refunded below the tier. */
  refunded_at: Time | null
  created_at: Time
}

export type SlotsTable = {
  merchant_id: number
  scope: string
  number: number
  grant_id: string
  /** Under a stock's own limit: the coupon that took it. */
  coupon_row: string | null
}

/** A scope of which more is held than allowed: a place given back in it is filled from above. */
export type OvershootsTable = {
  merchant_id: number
  scope: string
  allowed: number
  /** So many were held when the limit was lowered below them; 0: all above it was sent too late. */
  given: Generated<number>
}

export type CouponsTable = {
  id: string
  grant_id: string
  merchant_id: number
  account_id: number
  /** stocks.id; WeChat's own number is in `request`. */
  stock_ref: number
  openid: string
  ordinal: number
  /** Its number under the stock's limit for its member; null for a coupon of release 0.1. */
  place: number | null
  /** Raised by an operator where WeChat remembers a refusal by its number. */
  generation: Generated<number>
  out_request_no: string
  /** The exact body that is sent, on every attempt. */
  request: string
  state: CouponState
  /** Why it was refused, or why it is still owed: a word of the outcome table. */
  reason: string | null
  /** The coupon's number at WeChat, once sent. */
  coupon_id: string | null
  due_at: Time
  attempts: Generated<number>
  /** Since when it may have arrived at WeChat without our knowing; null: surely not, or known. */
  doubt_since: Time | null
  /** A look-up at WeChat ended an earlier doubt. */
  doubt_ended_at: Time | null
  /** A new one for each lease; whoever holds it may write what came of the send. */
  lease_token: string | null
  /** By the database's clock. */
  leased_until: Time | null
  /** Waits for an operator: never sent by itself. */
  set_aside: Generated<boolean>
  /** It had been refused here when WeChat's "sent" came. */
  late: Generated<boolean>
  last_status: number | null
  last_code: string | null
  last_message: string | null
  last_request_id: string | null
  created_at: Time
  settled_at: Time | null
}

/** One failed or unclear try to send; the try that settled a coupon is on its row. */
export type AttemptsTable = {
  id: Generated<number>
  coupon_row: string
  at: Time
  outcome: string
  status: number | null
  code: string | null
  message: string | null
  request_id: string | null
}

/** A member who met an answer that may be his own fault, or the stock's. */
export type SuspicionsTable = {
  account_id: number
  stock_ref: number
  /** A word of the outcome table. */
  outcome: string
  /** WeChat's code; '' when there was none. */
  code: string
  openid: string
  at: Time
}

/** What an operator did to an owed coupon, and why. */
export type OperatorActsTable = {
  id: Generated<number>
  merchant_id: number
  grant_id: string
  coupon_row: string
  act: 'given_up' | 'replaced'
  reason: string
  /** The coupon as it was. */
  before: Json<{ stock_ref: number; account_id: number; place: number | null; out_request_no: string }>
  at: Time
}

export type HaltsTable = {
  id: Generated<number>
  merchant_id: number
  account_id: number
  /** null: the whole account is halted. */
  stock_ref: number | null
  cause: string
  code: string | null
  message: string | null
  request_id: string | null
  since: Time
  probe_at: Time
  probes: Generated<number>
  lifted_at: Time | null
  lifted_by: string | null
}
