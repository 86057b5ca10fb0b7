import type { WorldCardProduct } from '../world.ts'
import type { HeldCard } from './held-card.ts'

/** Where WeChat leads after a card was taken; only membercard-open appends something (docs/wechat/member-cards.md 4). */
export function landingOfCard({ kind, cardId }: WorldCardProduct, card: HeldCard): string {
  const path = `card/${cardId}/opened`
  if (kind !== 'membercard_open') return path
  const { openid, encryptCode: encrypt_code, activateTicket: activate_ticket } = card
  return `${path}?${new URLSearchParams({ openid, encrypt_code, activate_ticket }).toString()}`
}
