import { createHash } from 'node:crypto'

/** The fields of a decrypted message push, as the text that WeChat wrote (docs/wechat/official-account.md 5.5). */
export type StoredPush = Record<string, string>

/** What a push tells of a member's card: it was taken, it was fetched back after it was deleted, or its form was sent. */
export type CardPush = {
  told: 'taken' | 'restored' | 'form'
  openid: string
  cardId: string
  cardCode: string
  at: Date
  channel: string | undefined
  /** Handed on by a friend, or under an older code before. */
  gifted: boolean
}

/**
 * What makes a push the same one. Sender and second are not enough: cards that are added together arrive with both
 * equal (docs/wechat/official-account.md 4.5). Hashed, since the parts may be of any length.
 */
export function pushKey(push: StoredPush): string {
  const parts = ['ToUserName', 'FromUserName', 'CreateTime', 'Event', 'CardId', 'UserCardCode', 'MsgId', 'MsgID']
  return createHash('sha256')
    .update(JSON.stringify(parts.map((name) => push[name] ?? '')))
    .digest('hex')
}

/** The card that a push tells of; undefined for everything else. */
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
