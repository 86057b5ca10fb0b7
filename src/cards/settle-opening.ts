import type { Campaign } from '../campaigns/campaign.ts'
import { award, type Awarded } from '../claims/award.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardFacts, CardOpening } from './card-opening.ts'
import { cardCounts, cardTriggerKey } from './earned.ts'
import { recordCard } from './openings.ts'
import { type Standing, standingOf } from './standing.ts'

/** What a card means in one campaign; `awarded` when it has earned there. */
export type Settled = { campaign: Campaign; standing: Standing; awarded?: Awarded }

/** `faults`: what the campaigns threw that could not be settled. */
type SettledAll = { settled: Settled[]; faults: unknown[] }

/**
 * Writes what is told of a card and awards every campaign in which it has now earned. Safe to repeat, in any order of
 * facts: a campaign waits until the card is active and its taking proven. Does nothing when the card is known as another
 * member's. A campaign that cannot be settled does not hold up the others; its fault is thrown at the end.
 */
export async function settleOpening(services: Services, merchant: Merchant, facts: CardFacts): Promise<Settled[]> {
  const opening = await recordCard(services, merchant, facts)
  if (!opening) return []
  const { settled, faults } = await settleCard(services, merchant, opening)
  if (faults.length > 0) throw faults[0]
  return settled
}

/** Awards what a card that is on file has earned, in each campaign by itself. */
export async function settleCard(services: Services, merchant: Merchant, opening: CardOpening): Promise<SettledAll> {
  const settled: Settled[] = []
  const faults: unknown[] = []
  for (const campaign of await services.directory.campaigns(merchant.id)) {
    if (campaign.kind !== 'card_open' || campaign.state === 'draft' || !cardCounts(campaign, opening.card_id)) continue
    try {
      settled.push(await settleIn(services, merchant, campaign, opening))
    } catch (fault) {
      faults.push(fault)
    }
  }
  return { settled, faults }
}

async function settleIn(
  services: Services,
  merchant: Merchant,
  campaign: Campaign,
  opening: CardOpening,
): Promise<Settled> {
  const standing = standingOf(campaign, opening)
  if (standing.kind !== 'earned') return { campaign, standing }
  const { openid } = opening
  const awarded = await award(services, {
    merchant,
    campaign,
    openid,
    triggerKey: cardTriggerKey(memberMark(merchant, openid)),
    coupons: campaign.coupons,
    at: standing.at ?? services.clock.now(),
  })
  return { campaign, standing, awarded }
}
