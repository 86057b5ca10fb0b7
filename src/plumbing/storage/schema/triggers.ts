import type { ColumnType, Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type InboxSource = 'events' | 'oa' | 'pay'

/** A card that we heard of, and what is known of it; each time is the earliest that was told. */
export type CardOpeningsTable = {
  id: Generated<number>
  merchant_id: number
  openid: string
  card_id: string
  card_code: string
  /** Who told of it first. */
  source: 'landing' | 'event' | 'oa'
  channel: string | null
  /** Taken, by WeChat's `user_get_card`. */
  taken_at: Time | null
  /** Opened, by the merchant's signed `card.opened`. */
  vouched_at: Time | null
  /** When we asked WeChat to activate it, WeChat having said that it was not active. Counts once it is. */
  activated_at: Time | null
  /** Fetched back after it was deleted: what follows proves nothing of its taking. */
  restored_at: Time | null
  active_at: Time | null
  /** Handed on by another person. */
  gifted: Generated<boolean>
  created_at: Generated<Time>
}

/** Cards and members from before, as the merchant told: they never earn as new. */
export type EarlierCardsTable = { merchant_id: number; card_id: string; card_code: string }
export type EarlierMembersTable = { merchant_id: number; openid: string }

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

/** A member who has paid. */
export type SpendersTable = {
  merchant_id: number
  openid: string
  /** Raised with every change of the payments and refunds that are known of the member. */
  version: Generated<number>
}

export type RefundsTable = {
  id: Generated<number>
  merchant_id: number
  transaction_id: string
  /** The name it was first told under. */
  refund_id: string
  /** Every name it was told under: WeChat's refund_id, the merchant's out_refund_no. */
  names: string[]
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
  /** null once it is older than it has to be kept. */
  body: ColumnType<unknown, string, string | null>
  received_at: Time
  due_at: Time
  /** 0 a refund, 1 a payment, 2 the rest: worked out from the body by the database. */
  urgency: ColumnType<number, never, never>
  /** By the database's clock: until then a process is applying it. */
  leased_until: Time | null
  attempts: Generated<number>
  applied_at: Time | null
  last_error: string | null
}
