import type { ColumnType, Generated } from 'kysely'

/** Milliseconds never matter here: a time is a `Date`, an instant in UTC. */
type Time = Date
type Json<T> = ColumnType<T, string, string>

export type AccountRole = 'sender' | 'provider'
export type CampaignKind = 'card_open' | 'spend' | 'link'
export type CampaignState = 'draft' | 'published' | 'paused' | 'ended'
export type CouponState = 'reserved' | 'sent' | 'refused'
export type InboxSource = 'events' | 'oa' | 'pay'

export type MerchantsTable = {
  id: Generated<number>
  slug: string
  name: string
  appid: string
  original_id: string | null
  app_secret_sealed: string
  message_token_sealed: string | null
  encoding_aes_key_sealed: string | null
  previous_encoding_aes_key_sealed: string | null
  events_secret_sealed: string | null
  domain_verification: Json<Record<string, string>>
  created_at: Generated<Time>
  updated_at: Time
}

export type AccountsTable = {
  id: Generated<number>
  merchant_id: number
  mchid: string
  role: AccountRole
  serial_no: string | null
  certificate: string | null
  private_key_sealed: string | null
  api_v3_key_sealed: string | null
  api_v2_key_sealed: string | null
  public_key_id: string | null
  public_key: string | null
  sends_per_second: number
  created_at: Generated<Time>
  updated_at: Time
}

export type PlatformCertificatesTable = {
  account_id: number
  serial_no: string
  certificate: string
  effective_at: Time
  expires_at: Time
}

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
  synced_at: Time
}

export type CampaignCoupon = { stock_id: string; count: number }
export type CampaignLimits = { per_member?: number; per_member_per_day?: number; total?: number; per_day?: number }
export type SpendTier = { at_least: number; coupons: CampaignCoupon[]; total?: number }
export type SpendRule = {
  basis: 'total' | 'payer_total' | 'settlement'
  mode: 'single' | 'cumulative' | 'count'
  window_days: number
  tiers: SpendTier[]
  tier_rule: 'highest' | 'all'
  exclude_orders_using_our_coupons: boolean
  hold_minutes: number
}

export type CampaignsTable = {
  id: Generated<number>
  merchant_id: number
  slug: string
  kind: CampaignKind
  title: string
  rules: string
  starts_at: Time
  ends_at: Time
  coupons: Json<CampaignCoupon[]>
  limits: Json<CampaignLimits>
  spend: ColumnType<SpendRule | null, string | null, string | null>
  card_ids: string[]
  channel: string | null
  stackable: Generated<boolean>
  state: CampaignState
  /** Which of the merchant's sender accounts sends; null: its first one. */
  sender_mchid: string | null
  /** Raised by every change: a claim decided on an older revision is not written. */
  revision: Generated<number>
  created_at: Generated<Time>
  updated_at: Time
}

export type MembersTable = {
  merchant_id: number
  openid: string
  first_seen_at: Time
  last_seen_at: Time
}

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
  /** Set when the payment that earned it was refunded below the tier. */
  refunded_at: Time | null
  created_at: Time
}

export type SlotsTable = {
  scope: string
  number: number
  grant_id: string
  /** Under a stock's own limit: the coupon that took it. */
  coupon_row: string | null
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
  /** True once an attempt ended without a believable answer. */
  doubtful: Generated<boolean>
  lease_owner: string | null
  leased_until: Time | null
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

export type Tables = {
  merchants: MerchantsTable
  accounts: AccountsTable
  platform_certificates: PlatformCertificatesTable
  stocks: StocksTable
  campaigns: CampaignsTable
  members: MembersTable
  card_openings: CardOpeningsTable
  payments: PaymentsTable
  refunds: RefundsTable
  grants: GrantsTable
  slots: SlotsTable
  coupons: CouponsTable
  attempts: AttemptsTable
  halts: HaltsTable
  inbox: InboxTable
}
