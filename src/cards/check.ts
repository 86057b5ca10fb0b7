import type { OfficialClient } from '../wechat/official/client.ts'
import type { CardOpening } from './card-opening.ts'

/** A card that somebody says was opened: to be checked with WeChat before it counts. */
export type ReportedCard = Omit<CardOpening, 'source'>

export type CheckedCard =
  | { kind: 'known'; openid: string; usable: boolean; active: boolean }
  | { kind: 'unknown' }
  /** WeChat gave no answer to rely on, or our set-up is at fault, which is logged. */
  | { kind: 'later' }

/**
 * Whose card it is, and whether it is open: only WeChat's own word counts (wechat/official-account.md 5.4). A card of
 * which WeChat does not say that it is active is not.
 */
export async function checkCard(official: OfficialClient, cardId: string, cardCode: string): Promise<CheckedCard> {
  const reply = await official.readMemberCard(cardId, cardCode)
  if (reply.kind === 'refusal') return { kind: 'unknown' }
  if (reply.kind !== 'ok') return { kind: 'later' }
  const { openid, user_card_status, has_active } = reply.body
  return { kind: 'known', openid, usable: user_card_status === 'NORMAL', active: has_active === true }
}
