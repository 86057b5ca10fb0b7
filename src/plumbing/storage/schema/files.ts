import type { Generated } from 'kysely'
import type { Time } from './column.ts'

/** Flows of a day, and `…_whole` those of a whole activity, whose `day` is its last one. */
export type FileKind = 'trade_bill' | 'use_flow' | 'refund_flow' | 'use_flow_whole' | 'refund_flow_whole'

/**
 * `due`: not asked for yet. `not_ready`: WeChat says that it is still being made. `none`: WeChat says that there is
 * none, and `reason` what that means. `kept`: checked and stored. `unverified`: it came, but did not agree with its hash,
 * its count or its sums (`reason`); nothing of it was used. `refused`: WeChat does not give it to this number.
 */
export type FileState = 'due' | 'not_ready' | 'none' | 'kept' | 'unverified' | 'refused'

/** A bill or flow file of a Beijing day, which a merchant number was or will be asked for. Sums in fen. */
export type WechatFilesTable = {
  id: Generated<number>
  /** The number that asks, with its own keys. */
  mchid: string
  kind: FileKind
  /** Of flows: the stock. */
  stock_id: string | null
  /** The Beijing day, `20261101`. */
  day: string
  /** `hand`: somebody downloaded it from the platform and gave it to `bills import`. */
  origin: Generated<'wechat' | 'hand'>
  state: Generated<FileState>
  /**
   * Of `none`: `empty_day` (nothing happened), or `places_no_orders` (this number is not known to place orders, so it
   * says nothing about the day: the bill of the provider is needed). Of the other states: what was wrong, in words.
   */
  reason: string | null
  /** When it is asked for (again). */
  due_at: Time
  tries: Generated<number>
  /** How often in a row the downloaded bytes did not agree with the hash. */
  hash_differences: Generated<number>
  request_id: string | null
  asked_at: Time | null
  sha1: string | null
  /** What the hash was found to be of; `none` where nobody stated one (a file by hand). */
  hash_of: 'unpacked' | 'packed' | 'none' | null
  /** Unpacked. */
  bytes: number | null
  kept_at: Time | null
  /** Data rows, as the file's own summary or trailer says too. */
  rows: number | null
  /** A bill's payment rows and refund rows (undone payments are refunds); a use flow counts in `payments` its redemptions. */
  payments: number | null
  payments_fen: number | null
  refunds: number | null
  refunds_fen: number | null
  /** The coupons' part: 代金券金额 of a bill, 优惠金额 of a flow. */
  coupons_fen: number | null
  /** Opens the pieces; null once they are forgotten. */
  key_sealed: string | null
  /** When all of its rows had entered our ledgers. */
  imported_at: Time | null
  import_problem: string | null
  /** When the pieces and rows were deleted by the retention; the figures stay. */
  forgotten_at: Time | null
  created_at: Generated<Time>
}

/** The packed file in pieces. */
export type WechatFilePiecesTable = { file_id: number; n: number; sealed: Buffer }

/** A merchant's part of a file: `new_…` is what our ledgers learned from it. Sums in fen. */
export type WechatFileSharesTable = {
  file_id: number
  merchant_id: number
  rows: Generated<number>
  payments: Generated<number>
  payments_fen: Generated<number>
  refunds: Generated<number>
  refunds_fen: Generated<number>
  redemptions: Generated<number>
  redemptions_fen: Generated<number>
  new_payments: Generated<number>
  new_refunds: Generated<number>
  new_redemptions: Generated<number>
  set_aside: Generated<number>
  /** Of the rows set aside those of payments; less those that WeChat told of later. */
  aside_payments: Generated<number>
  aside_fen: Generated<number>
}

/**
 * Why a row is shown and not counted. `not_ours`: to a number that no merchant here has. `other_appid`: under an appid
 * that is not the merchant's. `no_payer`: nobody knows which member paid. `refunded`: refunded before we knew of it.
 * `refund_pending`: the refund had not come to its end; WeChat is asked about it again. `unknown_coupon`: of a coupon that we did not send.
 * `unanswered`: WeChat was asked about the order and gave no answer; it is asked again.
 */
export type RowCause =
  'not_ours' | 'other_appid' | 'no_payer' | 'refunded' | 'refund_pending' | 'unknown_coupon' | 'unanswered'

export type WechatFileRowsTable = {
  file_id: number
  line: number
  merchant_id: number | null
  cause: RowCause
  mchid: string
  sub_mchid: string | null
  transaction_id: string
  out_trade_no: string | null
  refund_id: string | null
  out_refund_no: string | null
  coupon_id: string | null
  fen: number
  at: Time | null
}

/** How many rows of each cause a file had, also those that were not kept one by one. */
export type WechatFileCausesTable = { file_id: number; cause: RowCause; rows: number; fen: number }
