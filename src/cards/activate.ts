import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { checkCard } from './check.ts'
import { forgetActivation, recordCard } from './openings.ts'

/** A card of the jump type, which is inactive until we activate it, and the ticket that WeChat gave with its form. */
export type WaitingCard = { cardId: string; cardCode: string; openid: string; ticket: string }

/**
 * Activates a card of the jump type, if WeChat says that its form was filled in: the ticket alone proves nothing, since
 * anybody can write one into an address (docs/wechat/official-account.md 5.2, 5.3). The activation is recorded before
 * WeChat is asked: if the answer is lost and the card is then found active, we activated it. What the member wrote into
 * the form is not kept.
 */
export async function activateCard(
  services: Services,
  merchant: Merchant,
  { cardId, cardCode, openid, ticket }: WaitingCard,
): Promise<'active' | 'not_active' | 'later'> {
  if (ticket === '') return 'not_active'
  const official = services.official(merchant)
  const form = await official.readActivation(ticket)
  if (form.kind !== 'ok') return form.kind === 'refusal' ? 'not_active' : 'later'

  const activatedAt = services.clock.now()
  const opening = await recordCard(services, merchant, { source: 'landing', cardId, cardCode, openid, activatedAt })
  const activated = await official.activateMemberCard({ cardId, code: cardCode, membershipNumber: cardCode })
  if (activated.kind === 'ok') return 'active'
  if (activated.kind !== 'refusal') return 'later'
  // If a page is loaded twice at the same time, WeChat is asked twice and may refuse the second time.
  const checked = await checkCard(official, cardId, cardCode)
  if (checked.kind === 'known' && checked.activity === 'active') return 'active'
  if (opening) await forgetActivation(services.db, opening)
  return checked.kind === 'later' ? 'later' : 'not_active'
}
