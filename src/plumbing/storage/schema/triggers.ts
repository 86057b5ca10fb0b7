import type { ColumnType, Generated } from 'kysely'
import type { CardKind } from './card-products.ts'
import type { Json, Time } from './column.ts'

/** `cards`: notices of WeChat Pay about member cards. */
export type InboxSource = 'events' | 'oa' | 'pay' | 'cards'

/** A card that was reported to us, and what is known of it; each time is the earliest one reported. */
export type CardOpeningsTable = {
  id: Generated<number>
  merchant_id: number
  openid: string
  card_id: string
  card_code: string
  /** Where it was first reported. */
  source: 'landing' | 'event' | 'oa' | CardKind
  channel: string | null
  /** When it was taken, by WeChat's `user_get_card`. */
  taken_at: Time | null
  /** When it was opened, by the merchant's signed `card.opened`. */
  vouched_at: Time | null
  /** When we asked WeChat to activate it, after WeChat had reported it as not active. Counts once it is active. */
  activated_at: Time | null
  /** When it was restored after having been deleted: what follows proves nothing about when it was taken. */
  restored_at: Time | null
  /** When the member deleted it; who has had a card is not new. */
  deleted_at: Time | null
  active_at: Time | null
  /** Given to the member by another person. */
  gifted: Generated<boolean>
  created_at: Generated<Time>
}

/** Cards and members from before paycoupon, as the merchant listed them: they never earn as new. */
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
  source: 'event' | 'notification' | 'query' | 'bill'
  created_at: Generated<Time>
  /** When WeChat itself first told of it; null while only the merchant's own systems did. */
  confirmed_at: Time | null
}

/** A member who has paid. */
export type SpendersTable = {
  merchant_id: number
  openid: string
  /** Raised by every change of the member's known payments and refunds. */
  version: Generated<number>
}

export type RefundsTable = {
  id: Generated<number>
  merchant_id: number
  transaction_id: string
  /** The name under which it was first reported. */
  refund_id: string
  /** Every name under which it was reported: WeChat's refund_id, the merchant's out_refund_no. */
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
  /** null once it is older than bodies are kept. */
  body: ColumnType<unknown, string, string | null>
  received_at: Time
  due_at: Time
  /** 0 a refund, 1 a payment, 2 the rest: the database computes it from the body. */
  urgency: ColumnType<number, never, never>
  /** By the database's clock; until then a process is applying it. */
  leased_until: Time | null
  attempts: Generated<number>
  applied_at: Time | null
  last_error: string | null
}
