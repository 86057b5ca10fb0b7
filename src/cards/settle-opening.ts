import { award, type Awarded } from '../claims/award.ts'
import { eachByItself } from '../claims/each-by-itself.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardOpening } from './card-opening.ts'
import { cardCounts, cardTriggerKey } from './earned.ts'
import { recordOpening } from './openings.ts'

/**
 * Writes a proven card opening and awards every campaign it earns. Safe to repeat, and every campaign
 * by itself (`eachByItself`). Awards nothing when the card is known as another member's.
 */
export async function settleOpening(services: Services, merchant: Merchant, opening: CardOpening): Promise<Awarded[]> {
  const { openid, openedAt } = await recordOpening(services, merchant, opening)
  if (openid !== opening.openid) return []
  const campaigns = (await services.directory.campaigns(merchant.id)).filter(
    (campaign) => campaign.kind === 'card_open' && campaign.state !== 'draft' && cardCounts(campaign, opening.cardId),
  )
  const triggerKey = cardTriggerKey(openid)
  return eachByItself(campaigns, (campaign) =>
    award(services, { merchant, campaign, openid, triggerKey, coupons: campaign.coupons, at: openedAt }),
  )
}
