import { createHash } from 'node:crypto'

/** The fields of a decrypted message push, as text, as WeChat wrote them (docs/wechat/official-account.md 5.5). */
export type StoredPush = Record<string, string>

/** What a push reports about a card: it was taken, it was restored after it was deleted, or its form was submitted. */
export type CardPush = {
  told: 'taken' | 'restored' | 'form'
  openid: string
  cardId: string
  cardCode: string
  at: Date
  channel: string | undefined
  /** The member got it from a friend, or it had another code before. */
  gifted: boolean
}

/**
 * Returns the key by which a repeated push is recognised. Sender and second are not enough: cards that are added
 * together arrive with both equal (docs/wechat/official-account.md 4.5). It is a hash, since the parts may have any
 * length.
 */
export function pushKey(push: StoredPush): string {
  const parts = ['ToUserName', 'FromUserName', 'CreateTime', 'Event', 'CardId', 'UserCardCode', 'MsgId', 'MsgID']
  return createHash('sha256')
    .update(JSON.stringify(parts.map((name) => push[name] ?? '')))
    .digest('hex')
}

/** Returns what a push reports about a card; undefined for every other push. */
export function cardOfPush(push: StoredPush): CardPush | undefined {
  const { Event, FromUserName, CardId, UserCardCode, CreateTime, OuterStr } = push
  if (Event !== 'user_get_card' && Event !== 'submit_membercard_user_info') return undefined
  if (!FromUserName || !CardId || !UserCardCode || !/^\d{1,12}$/.test(CreateTime ?? '')) return undefined
  const taken = Event === 'user_get_card'
  return {
    told: taken ? (push.IsRestoreMemberCard === '1' ? 'restored' : 'taken') : 'form',
    openid: FromUserName,
    cardId: CardId,
    cardCode: UserCardCode,
    at: new Date(Number(CreateTime) * 1_000),
    channel: OuterStr || undefined,
    gifted: taken && (push.IsGiveByFriend === '1' || Boolean(push.OldUserCardCode)),
  }
}
