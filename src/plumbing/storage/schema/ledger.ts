import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type CouponState = 'reserved' | 'sent' | 'refused'

export type GrantsTable = {
  id: string
  merchant_id: number
  campaign_id: number
  openid: string
  trigger_key: string
  /** For a spend campaign, the `at_least` of the tier. */
  tier: number | null
  /** The payment that earned it. */
  transaction_id: string | null
  /** Decides in which day the daily limits count it. */
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
  /** The coupon that took the slot, if the scope is a stock's own limit. */
  coupon_row: string | null
}

/**
 * A scope in which more places are held than allowed: when a place in it is given back, one from above the limit moves
 * there.
 */
export type OvershootsTable = {
  merchant_id: number
  scope: string
  allowed: number
  /** How many were held when the limit was lowered below them; 0: all above it turned out to be sent too late. */
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
  /** Raised when an operator sends it again under a new number, because WeChat repeats its refusal of the old one. */
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
  /** Since when it may have arrived at WeChat without our knowing; null: it certainly did not, or we know. */
  doubt_since: Time | null
  /** When a look-up at WeChat ended an earlier doubt. */
  doubt_ended_at: Time | null
  /** New for each lease: only its holder may write the result of the send. */
  lease_token: string | null
  /** By the database's clock. */
  leased_until: Time | null
  /** Waits for an operator: never sent by itself. */
  set_aside: Generated<boolean>
  /** It was already refused here when WeChat reported it as sent. */
  late: Generated<boolean>
  last_status: number | null
  last_code: string | null
  last_message: string | null
  last_request_id: string | null
  created_at: Time
  settled_at: Time | null
}

/** One failed or unclear try to send; the try that settled a coupon is in the coupon's own row. */
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

/** A member whose send got an answer that may be caused by the member or by the stock. */
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
