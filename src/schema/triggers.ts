import type { Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type InboxSource = 'events' | 'oa' | 'pay'

export type CardOpeningsTable = {
  id: Generated<number>
  merchant_id: number
  openid: string
  card_id: string
  card_code: string
  source: 'landing' | 'event' | 'oa'
  channel: string | null
  opened_at: Time
  created_at: Generated<Time>
}

export type Promotion = { stock_id?: string; coupon_id?: string; amount?: number; type?: string }

export type PaymentsTable = {
  id: Generated<number>
  merchant_id: number
  transaction_id: string
  out_trade_no: string
  mchid: string
  sub_mchid: string | null
  openid: string
  total: number
  payer_total: number
  settlement: number
  promotions: Json<Promotion[]>
  goods_tag: string | null
  paid_at: Time
  source: 'event' | 'notification' | 'query'
  created_at: Generated<Time>
}

export type RefundsTable = {
  id: Generated<number>
  merchant_id: number
  transaction_id: string
  refund_id: string
  /** fen of the order's total */
  refund: number
  /** fen of what the payer got back; null when the source did not say */
  payer_refund: number | null
  refunded_at: Time
  created_at: Generated<Time>
}

export type InboxTable = {
  id: Generated<number>
  merchant_id: number
  source: InboxSource
  business_key: string
  body: Json<unknown>
  received_at: Time
  due_at: Time
  attempts: Generated<number>
  applied_at: Time | null
  last_error: string | null
}
