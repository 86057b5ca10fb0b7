import type { SandboxState } from '../state.ts'
import type { Notice } from '../push/pay-notification.ts'
import type { HeldCard } from './held-card.ts'
import { noticeAddressOf } from './notice-address.ts'
import { callerOf, productOf } from './products.ts'
import { userCardBody } from './user-card-body.ts'

/** A notice of 商家名片会员 about one card (docs/wechat/member-cards.md 1.3). */
export type CardNoticeSpec = {
  cardId: string
  openid: string
  event: 'CREATE' | 'DELETE'
  /** Fields that are to be other than the card's. */
  fields?: Record<string, unknown>
}

/** The notice, to the address of the card's template. */
export function brandNotice(
  state: SandboxState,
  spec: CardNoticeSpec,
): Pick<Notice, 'mchid' | 'notifyUrl' | 'eventType' | 'originalType' | 'resource'> {
  const found = productOf(state, spec.cardId)!
  const { product } = found
  const caller = product.kind === 'brand' ? product.brandId! : product.mchid!
  const account = callerOf(state, caller)!
  const card = lastCard(state, spec)
  const shown: HeldCard = spec.event === 'DELETE' ? { ...card, state: 'DELETE' } : card
  const family = product.kind === 'brand' ? 'BRAND_MEMBER_CARD' : 'BRAND_MEMBER_CARD_SP'
  return {
    mchid: caller,
    notifyUrl: noticeAddressOf(state, found),
    eventType: `${family}.USER_CARD.${spec.event}`,
    originalType: 'user_card',
    resource: { ...userCardBody(state, { account, product, words: 'notice' }, shown), ...spec.fields },
  }
}

export function lastCard(state: SandboxState, { cardId, openid }: Pick<HeldCard, 'cardId' | 'openid'>): HeldCard {
  const card = state.heldCards.findLast((each) => each.cardId === cardId && each.openid === openid)
  if (!card) throw new Error(`the sandbox has no card ${cardId} of ${openid}`)
  return card
}
