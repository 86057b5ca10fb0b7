import { createHash } from 'node:crypto'
import type { ReportedCard } from '../cards/check.ts'

/** The fields of a decrypted message push, as the text that WeChat wrote (wechat/official-account.md 5.5). */
export type StoredPush = Record<string, string>

/**
 * What makes a push the same one. Sender and second are not enough: cards that are added together arrive with both
 * equal (wechat/official-account.md 4.5). Hashed, since the parts may be of any length.
 */
export function pushKey(push: StoredPush): string {
  const parts = ['ToUserName', 'FromUserName', 'CreateTime', 'Event', 'CardId', 'UserCardCode', 'MsgId', 'MsgID']
  return createHash('sha256')
    .update(JSON.stringify(parts.map((name) => push[name] ?? '')))
    .digest('hex')
}

/** The card that a push says was taken or made active; undefined for everything else. A restored card is not a new one. */
export function cardOfPush(push: StoredPush): ReportedCard | undefined {
  const { Event, FromUserName, CardId, UserCardCode, CreateTime, IsRestoreMemberCard, OuterStr } = push
  if (Event !== 'user_get_card' && Event !== 'submit_membercard_user_info') return undefined
  if (!FromUserName || !CardId || !UserCardCode || !/^\d{1,12}$/.test(CreateTime ?? '')) return undefined
  if (IsRestoreMemberCard === '1') return undefined
  return {
    openid: FromUserName,
    cardId: CardId,
    cardCode: UserCardCode,
    openedAt: new Date(Number(CreateTime) * 1_000),
    channel: OuterStr || undefined,
  }
}
