import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import { checkCard } from './check.ts'
import { forgetActivation, recordCard } from './openings.ts'

/** A card of the jump type, which waits for us, and the ticket that WeChat gave with its form. */
export type WaitingCard = { cardId: string; cardCode: string; openid: string; ticket: string }

/**
 * Makes a card of the jump type active, once WeChat says that its form was filled in; anybody can write a ticket into an
 * address (docs/wechat/official-account.md 5.2, 5.3). That we ask is written down before: should the answer be lost,
 * the card that is then found active was activated by us. What the member wrote into the form is not kept.
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
  // A page that is loaded twice at once asks twice, and WeChat may refuse the second time.
  const checked = await checkCard(official, cardId, cardCode)
  if (checked.kind === 'known' && checked.activity === 'active') return 'active'
  if (opening) await forgetActivation(services.db, opening)
  return checked.kind === 'later' ? 'later' : 'not_active'
}
