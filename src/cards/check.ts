import type { OfficialClient } from '../wechat/official/client.ts'

export type CheckedCard =
  | { kind: 'known'; openid: string; usable: boolean; activity: Activity }
  | { kind: 'unknown' }
  /** WeChat gave no reliable answer, or our set-up is wrong, which is logged. */
  | { kind: 'later' }

/** `not_told`: WeChat's answer says neither, for example for cards that are active as soon as they are taken. */
export type Activity = 'active' | 'inactive' | 'not_told'

/**
 * Asks WeChat who has the card and whether it is active: only WeChat's own answer counts
 * (docs/wechat/official-account.md 5.4). If the flag is missing, the membership number shows the same: it is empty
 * until the card is active (docs/wechat/official-account.md 5.3).
 */
export async function checkCard(official: OfficialClient, cardId: string, cardCode: string): Promise<CheckedCard> {
  const reply = await official.readMemberCard(cardId, cardCode)
  if (reply.kind === 'refusal') return { kind: 'unknown' }
  if (reply.kind !== 'ok') return { kind: 'later' }
  const { openid, user_card_status, has_active, membership_number } = reply.body
  const active = has_active ?? (membership_number ? true : undefined)
  const activity = active === undefined ? 'not_told' : active ? 'active' : 'inactive'
  return { kind: 'known', openid, usable: user_card_status === 'NORMAL', activity }
}
