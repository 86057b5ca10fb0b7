import type { KeyedCertificate } from './certificate.ts'

/**
 * What exists at the sandbox's WeChat: keys, Official Accounts, merchant numbers, stocks, members. Plain JSON, so that
 * it can be kept between starts and shared by two processes. Every key in it is generated when the world is created.
 */
export type World = {
  version: 1
  platform: WorldPlatform
  /** Every WeChat Pay merchant number, once. */
  accounts: WorldAccount[]
  merchants: WorldMerchant[]
  stocks: WorldStock[]
  members: WorldMember[]
  /** Invitations of a provider to 服务商免充值代金券; absent: every merchant has accepted. */
  invitations?: WorldInvitation[]
  /** Applications for 跨商户号发券 that WeChat has got. */
  applications?: WorldApplication[]
  /** By how much its clock is ahead of the machine's; absent: not at all. */
  aheadMs?: number
}

/** A provider invites a sub-merchant to take part in stocks that are not prefunded. */
export type WorldInvitation = { provider: string; merchant: string; state: 'sent' | 'accepted' | 'refused' }

/** The e-mail that asks for 跨商户号发券, as WeChat's people see it (docs/wechat/pay-v3.md 3.6). */
export type WorldApplication = {
  id: string
  creator: string
  senders: string[]
  reason: string
  state: 'waiting' | 'granted' | 'refused'
}

/**
 * What WeChat opens for a merchant number on request: 预充值代金券, 免充值代金券, 跨商户号发券, 营销事件推送.
 */
export type Product = 'prefunded' | 'no_prefund' | 'cross_merchant' | 'marketing_events'

export type WorldPlatform = {
  /** Oldest first; answers are signed with the last one. */
  certificates: KeyedCertificate[]
  publicKeyId: string
  publicKey: string
  publicKeyPrivateKey: string
}

export type WorldMerchant = {
  slug: string
  name: string
  officialAccount: WorldOfficialAccount
  /** The merchant's own number first, then the provider's. */
  mchids: string[]
  eventsSecret: string
  card: { cardId: string; title: string; activation: 'auto' | 'jump' }
  /** Its member cards of WeChat Pay; absent: none. */
  cardProducts?: WorldCardProduct[]
  /** Where the phone page's menu leads, and which stock the demo campaign of each kind gives: none at a new merchant. */
  campaigns: Record<'link' | 'card_open' | 'spend', { slug: string; stockId: string }>
}

/** A member card of WeChat Pay as its merchant made it (docs/wechat/member-cards.md 1). */
export type WorldCardProduct = {
  kind: 'brand_partner' | 'brand' | 'membercard_open'
  cardId: string
  title: string
  /** Whose openids its members have. */
  appid: string
  brandId?: string
  /** The number that made it; a brand has keys of its own instead. */
  mchid?: string
  brandKeys?: { apiKey: string; certificates: KeyedCertificate[] }
  /** Who gives the codes. */
  codeMode: 'system' | 'merchant'
  /** Where its notices go, as set by API; absent: paycoupon's own address; '': nowhere. */
  notifyUrl?: string
}

export type WorldOfficialAccount = {
  appid: string
  appSecret: string
  originalId: string
  messageToken: string
  encodingAesKey: string
  /** Every openid under this appid begins with this, as WeChat's do in practice. */
  openidPrefix: string
  /** Host names that a redirect_uri may have, without port; none: no login at all. */
  webAuthDomains: string[]
  /** IP白名单, only shown: every caller of the sandbox is on the same machine. */
  allowedIps?: string[]
}

/** How WeChat signs its answers to this merchant number (docs/wechat/pay-v3.md 1.5). `both`: during the switch. */
export type KeyMode = 'certificate' | 'public_key' | 'both'

export type WorldAccount = {
  mchid: string
  name: string
  role: 'sender' | 'provider'
  appids: string[]
  apiV3Key: string
  apiV2Key: string
  /** All valid ones, oldest first; the merchant file has the last one. */
  certificates: KeyedCertificate[]
  keyMode: KeyMode
  /** Absent: all. */
  products?: Product[]
  /** Appids that the merchant has asked to link and whose owner has not confirmed it yet. */
  askedAppids?: string[]
  /** fen that prefunded stocks can be locked from; absent: enough. */
  balance?: number
  /** The page after payments of its provider's orders, and our receipt on it; absent: never opened. */
  goldPlan?: Partial<Record<'plan' | 'page', { open: boolean; at: string }>>
  /** Where COUPON.USE of its stocks is sent, as set by API; absent: the address of the merchant that holds the number. */
  notifyUrl?: string
}

/**
 * A stock in the spelling of WeChat's stock detail (docs/wechat/pay-v3.md 2.7), with facts that WeChat does not show.
 */
export type WorldStock = {
  stock_id: string
  stock_creator_mchid: string
  stock_name: string
  description: string
  status: 'unactivated' | 'audit' | 'running' | 'stoped' | 'paused'
  stock_type: 'NORMAL' | 'DISCOUNT_CUT' | 'OTHER'
  no_cash: boolean
  create_time: string
  available_begin_time: string
  available_end_time: string
  coupon_amount: number
  transaction_minimum: number
  max_coupons: number
  max_coupons_per_user: number
  /** fen; absent: no daily budget */
  max_amount_by_day?: number
  goods_tag: string[]
  /** Merchant numbers besides the creator that may send; null: made without 跨商户发券. */
  senders: string[] | null
  natural_person_limit: boolean
  prevent_api_abuse: boolean
  /** True: only the creator sees goods_tag in the detail. */
  hides_goods_tag?: boolean
  /** Where its coupons can be used; absent: at the creator and its senders. */
  available_merchants?: string[]
  /** Payment scenes; absent: all. */
  trade_type?: TradeScene[]
  /** False: no other coupon of the merchant beside it. */
  combine_use?: boolean
  /** Codes of payment methods; absent: all. */
  limit_pay?: string[]
  /** When coupons can be used within the window: days of the week (0 is Sunday) and seconds of the day in Beijing. */
  fix_available_time?: { available_week_day: number[]; begin_time: number; end_time: number }
  /** A coupon can be used for so many days after it was received; absent: until the window ends. */
  days_after_receive?: number
  unavailable_items?: string[]
  jump_target?: { mini_program_appid: string; mini_program_path: string }
  /** fen that its activation locked from the creator's balance. */
  locked?: number
  /** When it was activated, and when it was stopped for good. */
  start_time?: string
  stop_time?: string
  /** Set when it was made by the call: its number, and what the call said, with its keys in order. */
  made?: { outRequestNo: string; request: string }
}

/** OTHER: Official Account, Native, H5 (docs/wechat/pay-v3.md 2.1). */
export type TradeScene = 'MICROAPP' | 'APPPAY' | 'PPAY' | 'CARD' | 'FACE' | 'OTHER'

export type WorldMember = {
  /** The value of the browser's member cookie. */
  id: string
  nickname: string
  /** The openid under the first merchant's appid. */
  openid: string
  /** Members with one identity count as one where the stock has natural_person_limit. */
  person?: string
  /** 防刷: refused as 用户非法 by stocks with prevent_api_abuse. */
  abnormal?: boolean
  /** Refused as 用户被限领拦截. */
  blocked?: boolean
}
