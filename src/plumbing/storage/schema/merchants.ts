import type { ColumnType, Generated } from 'kysely'
import type { Json, Time } from './column.ts'

export type V2SignType = 'MD5' | 'HMAC-SHA256'
export type AccountRole = 'sender' | 'provider'
export type CampaignKind = 'card_open' | 'spend' | 'link'
export type CampaignState = 'draft' | 'published' | 'paused' | 'ended'

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
  /** null only until the first `migrate` after release 0.1. */
  member_key_sealed: string | null
  domain_verification: Json<Record<string, string>>
  /** When each of its secrets was set, as ISO times; without those that release 0.1 set. */
  secrets_set_at: ColumnType<Record<string, string>, string | undefined, string>
  /** Its share of what a worker sends at the same time, compared with other merchants. */
  weight: Generated<number>
  created_at: Generated<Time>
  updated_at: Time
}

export type AccountsTable = {
  id: Generated<number>
  merchant_id: number
  mchid: string
  role: AccountRole
  /** A provider's own, which must be linked to its number. */
  appid: string | null
  serial_no: string | null
  certificate: string | null
  private_key_sealed: string | null
  api_v3_key_sealed: string | null
  api_v2_key_sealed: string | null
  /** The sign type of this number's orders, with which their v2 notifications are signed. */
  api_v2_sign_type: Generated<V2SignType>
  public_key_id: string | null
  public_key: string | null
  sends_per_second: number
  /** Null where that was before it was kept. */
  keys_set_at: Generated<Time | null>
  /** When WeChat last accepted a call that tested these keys. */
  keys_proven_at: Generated<Time | null>
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

export type CampaignCoupon = { stock_id: string; count: number }
export type CampaignLimits = { per_member?: number; per_member_per_day?: number; total?: number; per_day?: number }
export type SpendTier = {
  at_least: number
  coupons: CampaignCoupon[]
  total?: number
  /**
   * Set when the tier was added to a campaign that had already given something: only what begins from this instant on
   * counts for it.
   */
  since?: string
}
export type SpendRule = {
  basis: 'total' | 'payer_total' | 'settlement'
  mode: 'single' | 'cumulative' | 'count'
  window_days: number
  tiers: SpendTier[]
  tier_rule: 'highest' | 'all'
  exclude_orders_using_our_coupons: boolean
  hold_minutes: number
  /**
   * Whether a payment that only a bill told us of still earns, and until how many days after the campaign's end. Unset:
   * it does, until three days after.
   */
  late_facts?: { earn: boolean; within_days: number }
  /** Stocks that its tiers gave earlier and no longer give: orders that used their coupons stay excluded. */
  former_stocks?: string[]
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
  /** card_open: `new` accepts only cards that were provably taken during the campaign, `any` every active card. */
  cards: Generated<'new' | 'any'>
  /** card_open: whether a card that another person gave to the member earns as well. */
  gifted: Generated<boolean>
  channel: string | null
  stackable: Generated<boolean>
  state: CampaignState
  /** The merchant's sender accounts that send, each for its share of the members; empty: the first one. */
  sender_mchids: Generated<string[]>
  /** Raised by every change: a claim decided on an older revision is not written. */
  revision: Generated<number>
  /** Raised by a change of a limit: the gate then forgets what it remembers of the older limits. */
  limits_revision: Generated<number>
  /** Set in a copy: the campaign must not start before this. */
  counts_from: Time | null
  created_at: Generated<Time>
  updated_at: Time
}

/** A member whom a merchant keeps out, or (`lifted_at`) kept out once. */
export type MemberBlocksTable = {
  id: Generated<number>
  merchant_id: number
  openid: string
  reason: string
  blocked_by: string
  since: Time
  lifted_reason: string | null
  lifted_by: string | null
  lifted_at: Time | null
}

export type MembersTable = {
  merchant_id: number
  openid: string
  first_seen_at: Time
  last_seen_at: Time
}
