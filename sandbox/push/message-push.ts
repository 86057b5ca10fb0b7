import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { UserCard } from '../official/user-card.ts'
import type { SandboxState } from '../state.ts'
import type { WorldMerchant, WorldOfficialAccount } from '../world.ts'
import { post, type Outgoing, type PushReport } from './post.ts'

export type Message = {
  fromOpenid: string
  event: string
  /** The event's own elements, in order. */
  fields?: Record<string, string>
  /** Seconds; the moment of the event, which is the same in repeats. */
  createTime?: number
  /** Seconds; a signature time other than now: a repeat may come a day later. */
  timestamp?: number
  url?: string
  /** Encrypts with this key instead, for example the previous one or a wrong one. */
  encodingAesKey?: string
  spoil?: 'signature' | 'plaintext' | 'appid'
  retryMs?: number[]
}

/**
 * An Official Account message push in safe mode (docs/wechat/official-account.md 4): encrypted XML, with a signature
 * over the encrypted text.
 */
export function pushMessage(state: SandboxState, merchant: WorldMerchant, message: Message): Promise<PushReport> {
  const account = merchant.officialAccount
  const now = Math.floor(state.clock.now().getTime() / 1000)
  const xml = xmlOf({
    ToUserName: account.originalId,
    FromUserName: message.fromOpenid,
    CreateTime: String(message.createTime ?? now),
    MsgType: 'event',
    Event: message.event,
    ...message.fields,
  })
  const url = message.url ?? `${state.settings.appUrl}/notify/${merchant.slug}/oa`
  return post(() => sealed(account, url, xml, message, message.timestamp ?? now), message.retryMs)
}

/** The elements of user_get_card, among them the card's code (docs/wechat/official-account.md 5.5). */
export function cardFields(card: UserCard, event: string): Record<string, string> {
  if (event !== 'user_get_card') return { CardId: card.cardId, UserCardCode: card.code }
  return {
    CardId: card.cardId,
    IsGiveByFriend: '0',
    UserCardCode: card.code,
    FriendUserName: '',
    OuterId: '0',
    OldUserCardCode: '',
    OuterStr: card.outerStr,
    IsRestoreMemberCard: '0',
    IsRecommendByFriend: '0',
  }
}

/**
 * The address with which WeChat tests whether the merchant's push server knows the token: the answer must be `echostr`.
 */
export function verificationUrl(state: SandboxState, merchant: WorldMerchant, echostr: string): string {
  const timestamp = String(Math.floor(state.clock.now().getTime() / 1000))
  const nonce = randomBytes(5).toString('hex')
  const signature = sha1([merchant.officialAccount.messageToken, timestamp, nonce])
  const query = new URLSearchParams({ signature, timestamp, nonce, echostr })
  return `${state.settings.appUrl}/notify/${merchant.slug}/oa?${query}`
}

/**
 * What WeChat encrypts: 16 random bytes, the length, the message, the appid, padded to 32
 * (docs/wechat/official-account.md 4.3).
 */
function encryptMessage(encodingAesKey: string, appid: string, text: string): string {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  const message = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  const plain = Buffer.concat([randomBytes(16), length, message, Buffer.from(appid)])
  const padding = 32 - (plain.length % 32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(padding, padding)), cipher.final()]).toString(
    'base64',
  )
}

function sealed(account: WorldOfficialAccount, url: string, xml: string, message: Message, seconds: number): Outgoing {
  const timestamp = String(seconds)
  const nonce = randomBytes(5).toString('hex')
  const signature = sha1([account.messageToken, timestamp, nonce])
  const headers = { 'Content-Type': 'text/xml', 'User-Agent': 'Mozilla/4.0' }
  const shared = { signature, timestamp, nonce, openid: message.fromOpenid }
  if (message.spoil === 'plaintext') return { url: `${url}?${new URLSearchParams(shared)}`, headers, body: xml }
  const appid = message.spoil === 'appid' ? 'wx0000000000000000' : account.appid
  const encrypted = encryptMessage(message.encodingAesKey ?? account.encodingAesKey, appid, xml)
  const proof = sha1([account.messageToken, timestamp, nonce, encrypted])
  const msg_signature =
    message.spoil === 'signature' ? proof.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) : proof
  const query = new URLSearchParams({ ...shared, encrypt_type: 'aes', msg_signature })
  return { url: `${url}?${query}`, headers, body: xmlOf({ ToUserName: account.originalId, Encrypt: encrypted }) }
}

function xmlOf(elements: Record<string, string>): string {
  const lines = Object.entries(elements).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
  return `<xml>${lines.join('\n')}</xml>`
}

function sha1(parts: string[]): string {
  return createHash('sha1').update(parts.toSorted().join('')).digest('hex')
}
