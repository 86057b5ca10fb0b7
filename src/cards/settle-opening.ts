import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { award, type Awarded } from '../grants/award.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardFacts, CardOpening } from './card-opening.ts'
import { cardCounts, cardTriggerKey } from './earned.ts'
import { recordCard } from './openings.ts'
import { type Standing, standingOf } from './standing.ts'

/** What a card means in one campaign; `awarded` when it has earned there. */
export type Settled = { campaign: Campaign; standing: Standing; awarded?: Awarded }

/** `fault`: what the campaigns threw that could not be settled (`eachByItself`); undefined when all could. */
type SettledAll = { settled: Settled[]; fault: Error | undefined }

/**
 * Writes what is told of a card and awards every campaign in which it has now earned. Safe to repeat, in any order of
 * facts: a campaign waits until the card is active and its taking proven. Does nothing when the card is known as another
 * member's. A campaign that cannot be settled does not hold up the others; throws what went wrong once all are settled.
 */
export async function settleOpening(services: Services, merchant: Merchant, facts: CardFacts): Promise<Settled[]> {
  const opening = await recordCard(services, merchant, facts)
  if (!opening) return []
  const { settled, fault } = await settleCard(services, merchant, opening)
  if (fault) throw fault
  return settled
}

/** Awards what a card that is on file has earned, in each campaign by itself: what some gave, beside the others' fault. */
export async function settleCard(services: Services, merchant: Merchant, opening: CardOpening): Promise<SettledAll> {
  const settled: Settled[] = []
  const campaigns = (await services.directory.campaigns(merchant.id)).filter(
    (campaign) => campaign.kind === 'card_open' && campaign.state !== 'draft' && cardCounts(campaign, opening.card_id),
  )
  try {
    await eachByItself(campaigns, async (campaign) => {
      settled.push(await settleIn(services, merchant, campaign, opening))
    })
    return { settled, fault: undefined }
  } catch (fault) {
    return { settled, fault: fault as Error }
  }
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
