import type { Notice } from '../push/pay-notification.ts'
import type { SandboxState } from '../state.ts'
import { wechatTime } from '../wechat-time.ts'
import { lastCard } from './card-notice.ts'
import { noticeAddressOf } from './notice-address.ts'
import { callerOf, productOf } from './products.ts'
import { sealed } from './user-card-body.ts'

/** A notice of membercard-open about one card (docs/wechat/member-cards.md 4.1). */
export type OpenNoticeSpec = {
  cardId: string
  openid: string
  event: 'ACCEPT_CARD' | 'ACTIVATE_CARD' | 'USERCARD_MANAGE'
  /** Fields that are to be other than the usual: activate_scene, event_type, event_time … */
  fields?: Record<string, unknown>
}

export function openNotice(
  state: SandboxState,
  spec: OpenNoticeSpec,
): Pick<Notice, 'mchid' | 'notifyUrl' | 'eventType' | 'originalType' | 'resource'> {
  const found = productOf(state, spec.cardId)!
  const mchid = found.product.mchid!
  const card = lastCard(state, spec)
  return {
    mchid,
    notifyUrl: noticeAddressOf(state, found),
    eventType: `MEMBERCARD.${spec.event}`,
    originalType: 'membercard',
    resource: {
      card_id: card.cardId,
      code: card.code,
      openid: card.openid,
      unionid: `u-${card.openid}`,
      event_time: wechatTime(state.clock.now()),
      ...usual[spec.event],
      ...(spec.event === 'ACCEPT_CARD' && { phone_number: sealed(state, callerOf(state, mchid)!, card.phone) }),
      ...spec.fields,
    },
  }
}

const usual = {
  ACCEPT_CARD: { event_type: 'NEW_ACTIVATE' },
  ACTIVATE_CARD: { event_type: 'MEMBER_CARD_ACTIVATE', activate_scene: 'NEW_ACTIVATE' },
  USERCARD_MANAGE: { event_type: 'USER_DELETE_MEMBERCARD' },
}
