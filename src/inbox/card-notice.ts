import { z } from 'zod'
import { userCardSchema } from '../wechat/brand-cards/user-card.ts'
import { openNoticeSchema } from '../wechat/membercard-open/notice.ts'
import type { StoredNotification } from './pay-notification.ts'

/** Of a notice about a member card, only these fields are kept (docs/wechat/member-cards.md 1.1). */
const keptFields = [
  'card_id',
  'brand_id',
  'openid',
  'user_card_code',
  'code',
  'pickup_time',
  'create_time',
  'modify_time',
  'user_card_state',
  'event_type',
  'event_time',
  'activate_scene',
  'outer_str',
]
/** WeChat's longest of these has 256 characters. */
const keptLength = 256

/** Whether a notification is about a member card, also of a kind that we do not know. */
export function isCardNotice(eventType: string): boolean {
  return eventType.startsWith('BRAND_MEMBER_CARD') || eventType.startsWith('MEMBERCARD')
}

/** The notice without anything personal: it is never stored, sealed or not. */
export function withoutPersonal(notice: StoredNotification): StoredNotification {
  const fields = z.record(z.string(), z.unknown()).catch({}).parse(notice.resource)
  const kept = keptFields.flatMap((name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    return typeof value === 'string' && value.length <= keptLength ? [[name, value] as const] : []
  })
  return { ...notice, resource: Object.fromEntries(kept) }
}

/**
 * The key by which a repeat is recognised: WeChat may repeat a notice under another id (docs/wechat/member-cards.md 2.6,
 * 4.1).
 */
export function cardNoticeKey({ mchid, id, event_type, resource }: StoredNotification): string {
  const opened = event_type.startsWith('MEMBERCARD.') ? openNoticeSchema.safeParse(resource).data : undefined
  if (opened) {
    const { card_id, openid, event_time, event_type: kind = '' } = opened
    return `${mchid}/${event_type}/${kind}/${card_id}/${openid}/${event_time.toISOString()}`
  }
  const card = userCardSchema.safeParse(resource).data
  const at = card?.pickup_time ?? card?.create_time
  if (!card || !at) return `${mchid}/${event_type}/${id}`
  const about = `${mchid}/${event_type}/${card.card_id}/${card.openid}/${at.toISOString()}`
  // A member may delete a card of one taking only once, but a notice of another kind may tell of it again and again.
  return event_type.endsWith('.USER_CARD.CREATE') || event_type.endsWith('.USER_CARD.DELETE') ? about : `${about}/${id}`
}
