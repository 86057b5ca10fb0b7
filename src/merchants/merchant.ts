import type { AccountRole, CardCodeMode, CardConfirm, CardKind, V2SignType } from '../plumbing/storage/schema.ts'
import type { Secret } from '../plumbing/secrets/secret.ts'
import type { PayKeys } from '../wechat/pay/types.ts'

/** A tenant with its secrets opened: one Official Account and its merchant numbers. */
export type Merchant = {
  id: number
  slug: string
  name: string
  officialAccount: OfficialAccount
  accounts: Account[]
  /** Its member cards of WeChat Pay. */
  cards: CardProduct[]
  eventsSecret: Secret | undefined
  /** The key of its members' marks (`memberMark`). */
  memberKey: Secret
  domainVerification: Record<string, string>
  /** Its Official Account has a JS接口安全域名 of ours, or may have: its pages load WeChat's script. */
  pageScript: boolean
  updatedAt: Date
}

export type OfficialAccount = {
  appid: string
  appSecret: Secret
  originalId: string | undefined
  messageToken: Secret | undefined
  encodingAesKey: Secret | undefined
  previousEncodingAesKey: Secret | undefined
}

/** A WeChat Pay merchant number; `keys` is undefined for a provider that is only a number. */
export type Account = {
  id: number
  merchantId: number
  mchid: string
  role: AccountRole
  /** A provider's own appid, where the merchant file names it. */
  appid: string | undefined
  keys: PayKeys | undefined
  apiV2Key: Secret | undefined
  apiV2SignType: V2SignType
  sendsPerSecond: number
  updatedAt: Date
}

/** A member card of WeChat Pay that the merchant file connects (docs/wechat/member-cards.md 1). */
export type CardProduct = {
  id: number
  merchantId: number
  cardId: string
  kind: CardKind
  /** The number that signs for it; undefined where the brand signs for itself. */
  mchid: string | undefined
  brandId: string | undefined
  confirm: CardConfirm
  codeMode: CardCodeMode
  /** The brand's own, in its own dialect; undefined where a number signs. */
  keys: PayKeys | undefined
  updatedAt: Date
}

/** The accounts that send for a campaign: those that it names, or else the merchant's first sender. */
export function sendersOf(merchant: Merchant, mchids: string[]): Account[] {
  const senders = merchant.accounts.filter((account) => account.role === 'sender')
  return mchids.length === 0 ? senders.slice(0, 1) : senders.filter((account) => mchids.includes(account.mchid))
}
