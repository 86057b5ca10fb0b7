import { createHash, randomBytes } from 'node:crypto'
import { systemClock } from '../src/plumbing/clock.ts'
import { createCertificate, createKeyPair, type KeyedCertificate } from './certificate.ts'
import { createAccount, createMerchant, providerMchid } from './demo-merchant.ts'
import { demoStocks } from './demo-stocks.ts'

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
  /** Where the phone page's menu leads, and which stock the demo campaign of each kind gives. */
  campaigns: Record<'link' | 'card_open' | 'spend', { slug: string; stockId: string }>
}

export type WorldOfficialAccount = {
  appid: string
  appSecret: string
  originalId: string
  messageToken: string
  encodingAesKey: string
  /** Every openid under this appid begins with this, as WeChat's do in practice. */
  openidPrefix: string
  /** Host names that a redirect_uri may have, without port. */
  webAuthDomains: string[]
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
  start_time?: string
  stop_time?: string
  trade_type?: string[]
  /** Absent: true. */
  combine_use?: boolean
  /** Where its coupons can be used; absent: at its senders. */
  available_merchants?: string[]
  /** Set when it was made by the call: its number, and what the call said, with its keys in order. */
  made?: { outRequestNo: string; request: string }
  /** True: only the creator sees goods_tag in the detail. */
  hides_goods_tag?: boolean
}

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

export type WorldOptions = {
  now?: Date
  /** Slugs of the merchants; the first is 优购小店. Each gets an Official Account, a sender and its own stocks. */
  slugs?: string[]
  keyMode?: KeyMode
  /** RSA bits of WeChat's own keys; a benchmark may use 1024, so that it does not measure the sandbox. */
  platformBits?: number
}

const demoMembers = { xiaoming: '小明', xiaohong: '小红', xiaogang: '小刚', xiaoli: '小丽' }

/** A new world with new keys: with the demo merchant `demo` (优购小店) unless other slugs are given. */
export function createWorld(options: WorldOptions = {}): World {
  const now = options.now ?? systemClock.now()
  const slugs = options.slugs ?? ['demo']
  const keyMode = options.keyMode ?? 'certificate'
  const yesterday = new Date(now.getTime() - 86_400_000)
  const publicKey = createKeyPair(options.platformBits)
  const merchants = slugs.map(createMerchant)
  const first = merchants[0]!.officialAccount
  return {
    version: 1,
    platform: {
      certificates: [
        createCertificate({ commonName: 'Tenpay.com sandbox', from: yesterday, bits: options.platformBits }),
      ],
      publicKeyId: `PUB_KEY_ID_01${digits(30)}`,
      publicKey: publicKey.publicKey,
      publicKeyPrivateKey: publicKey.privateKey,
    },
    accounts: [
      ...merchants.map((merchant) => createAccount(merchant.mchids[0]!, merchant, keyMode, yesterday)),
      createAccount(providerMchid, undefined, keyMode, yesterday),
    ],
    merchants,
    stocks: merchants.flatMap((merchant) => demoStocks(merchant, providerMchid, yesterday)),
    members: Object.entries(demoMembers).map(([id, nickname]) => ({ id, nickname, openid: openidOf(first, id) })),
  }
}

/** The openid of any member under an Official Account: always the same for the same id, always 28 characters. */
export function openidOf(account: { openidPrefix: string }, memberId: string): string {
  const tail = createHash('sha256').update(memberId).digest('base64url')
  return (account.openidPrefix + tail).slice(0, 28)
}

export function worldToJson(world: World): string {
  return JSON.stringify(world, null, 2)
}

/** Reads the JSON of worldToJson; throws on anything else. */
export function worldFromJson(text: string): World {
  const world = JSON.parse(text) as World
  if (world?.version !== 1 || !Array.isArray(world.merchants)) throw new Error('not a sandbox world of version 1')
  return world
}

function digits(count: number): string {
  return Array.from(randomBytes(count), (byte) => byte % 10).join('')
}
