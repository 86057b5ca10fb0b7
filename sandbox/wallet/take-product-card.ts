import { randomBytes, randomInt } from 'node:crypto'
import type { SandboxState } from '../state.ts'
import type { HeldCard } from './held-card.ts'
import { productOf } from './products.ts'

/** A member takes a card of one of WeChat Pay's products: nobody has confirmed or activated it yet. */
export function takeProductCard(
  state: SandboxState,
  cardId: string,
  openid: string,
  options: Partial<Pick<HeldCard, 'state' | 'pickedUpAt' | 'code' | 'tells'>> = {},
): HeldCard {
  const found = productOf(state, cardId)
  if (!found) throw new Error(`the sandbox has no card ${cardId}`)
  const isSystem = found.product.codeMode === 'system' || options.state === 'EFFECTIVE'
  const card: HeldCard = {
    cardId,
    openid,
    ...(isSystem && { code: String(randomInt(1e11, 1e12)) + String(randomInt(1e11, 1e12)) }),
    state: 'UNACTIVATED',
    pickedUpAt: state.clock.now().toISOString(),
    phone: `138${String(randomInt(1e7, 1e8))}`,
    encryptCode: `${randomBytes(30).toString('base64')}+/${randomBytes(5).toString('base64')}`,
    activateTicket: `${randomBytes(30).toString('base64')}/+${randomBytes(5).toString('base64')}`,
    ...options,
  }
  state.heldCards.push(card)
  return card
}
