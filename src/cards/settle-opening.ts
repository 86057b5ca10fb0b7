import { award, type Awarded } from '../claims/award.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardOpening } from './card-opening.ts'
import { cardCounts, cardTriggerKey } from './earned.ts'
import { recordOpening } from './openings.ts'

/**
 * Writes a proven card opening and awards every campaign it earns. Safe to repeat. Awards nothing when the card is known
 * as another member's.
 */
export async function settleOpening(services: Services, merchant: Merchant, opening: CardOpening): Promise<Awarded[]> {
  const { openid, openedAt } = await recordOpening(services, merchant, opening)
  if (openid !== opening.openid) return []
  const awards: Awarded[] = []
  for (const campaign of await services.directory.campaigns(merchant.id)) {
    if (campaign.kind !== 'card_open' || campaign.state === 'draft' || !cardCounts(campaign, opening.cardId)) continue
    const triggerKey = cardTriggerKey(memberMark(merchant, openid))
    awards.push(
      await award(services, { merchant, campaign, openid, triggerKey, coupons: campaign.coupons, at: openedAt }),
    )
  }
  return awards
}
