import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type StocksTable = {
  id: Generated<number>
  merchant_id: number
  stock_id: string
  creator_mchid: string
  name: string
  status: string
  no_cash: boolean
  /** fen */
  coupon_amount: number
  /** fen */
  transaction_minimum: number
  max_coupons: number
  max_coupons_per_user: number
  distributed_coupons: number
  available_begin: Time
  available_end: Time
  goods_tags: string[]
  goods_tags_from: 'wechat' | 'operator'
  created_at: Generated<Time>
  /** Our coupons that were on their way or in doubt when WeChat reported `distributed_coupons`. */
  in_flight_at_sync: Generated<number>
  synced_at: Time
  description: string | null
  /** fen */
  max_amount: number | null
  /** fen; null also where there is no budget per day. */
  max_amount_by_day: number | null
  combine_use: boolean | null
  trade_types: string[] | null
  sync_due_at: Generated<Time>
  /** Consecutive syncs that brought nothing. */
  sync_failures: Generated<number>
  /** Why the last sync brought nothing; null when it did. */
  sync_problem: string | null
  sync_problem_since: Time | null
  /** Offered when a campaign is edited; WeChat knows nothing of it. */
  on_shelf: Generated<boolean>
}

/** What WeChat reported of a stock, where it differs from the report before. */
export type StockReportsTable = {
  stock_ref: number
  at: Time
  distributed_coupons: number
  max_coupons: number
  status: string
}

/** What an operator must know and do; active while `until` is null. */
export type WarningsTable = {
  id: Generated<number>
  merchant_id: number
  kind: string
  subject: string
  facts: Json<Record<string, string | number>>
  since: Time
  until: Time | null
}
