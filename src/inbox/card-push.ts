import { AskAgain } from '../plumbing/ask-again.ts'
import { checkCard } from '../cards/check.ts'
import { findCard, recordCard } from '../cards/openings.ts'
import { applyOpening } from '../cards/apply-opening.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardPush } from './push.ts'

/**
 * How often we look whether a card is active. A card that was just taken is often not active yet when WeChat reports it
 * (docs/wechat/official-account.md 5.3). The event of its activation, or the landing page, comes later; some kinds of
 * cards have neither.
 */
const looksForActivation = 4

/**
 * Applies a push about a card. That the card was taken is proven by WeChat's signature and is written at once; WeChat
 * is asked whether it is active, unless that is known. Returns why the push brought nothing; throws `AskAgain` while
 * that may change.
 */
export async function applyCardPush(
  services: Services,
  merchant: Merchant,
  push: CardPush,
  attempts: number,
): Promise<string | undefined> {
  const { told, at, openid, cardId, cardCode, channel, gifted } = push
  const card = { source: 'oa', openid, cardId, cardCode, channel } as const
  if (told === 'restored') {
    await recordCard(services, merchant, { ...card, restoredAt: at, gifted })
    return 'a card that was only fetched back'
  }
  if (told === 'taken') {
    await applyOpening(services, merchant, { ...card, takenAt: at, gifted })
    if ((await findCard(services.db, merchant, card))?.active_at) return undefined
  }
  const checked = await checkCard(services.official(merchant), cardId, cardCode)
  if (checked.kind === 'later') throw new AskAgain('the card cannot be looked up at this moment')
  if (checked.kind === 'unknown') return 'a card that WeChat does not know'
  if (checked.openid !== openid) return 'a card that belongs to somebody else now'
  if (!checked.usable) return 'a card that cannot be used'
  if (checked.activity === 'inactive') {
    if (attempts < looksForActivation) throw new AskAgain('the card is not active yet')
    return 'a card that is not active'
  }
  await applyOpening(services, merchant, { ...card, activeAt: at })
  return undefined
}
