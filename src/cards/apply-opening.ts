import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { award } from '../grants/award.ts'
import type { Awarded } from '../grants/awarded.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { CardFacts, CardOpening } from './card-opening.ts'
import { cardCounts, cardTriggerKey } from './earned.ts'
import { recordCard } from './openings.ts'
import { type CardVerdict, verdictOn } from './verdict.ts'

/** What a card means in one campaign; `awarded` when it has earned there. */
export type Applied = { campaign: Campaign; verdict: CardVerdict; awarded?: Awarded }

/** `fault`: the error of the campaigns that could not be applied (`eachByItself`); undefined when all were applied. */
type AppliedAll = { applied: Applied[]; fault: Error | undefined }

/**
 * Records reported facts of a card and makes the award of every campaign in which it has now earned. Safe to repeat,
 * with facts in any order: a campaign waits until the card is active and it is proven when it was taken. Does nothing
 * when the card is known as another member's. A campaign that fails does not delay the others; its error is thrown
 * after all are applied.
 */
export async function applyOpening(services: Services, merchant: Merchant, facts: CardFacts): Promise<Applied[]> {
  const opening = await recordCard(services, merchant, facts)
  if (!opening) return []
  const { applied, fault } = await applyCard(services, merchant, opening)
  if (fault) throw fault
  return applied
}

/**
 * Makes the awards that a recorded card has earned, in each campaign separately. Returns what some campaigns gave
 * together with the error of the others.
 */
export async function applyCard(services: Services, merchant: Merchant, opening: CardOpening): Promise<AppliedAll> {
  const applied: Applied[] = []
  const campaigns = (await services.catalog.campaigns(merchant.id)).filter(
    (campaign) => campaign.kind === 'card_open' && campaign.state !== 'draft' && cardCounts(campaign, opening.card_id),
  )
  try {
    await eachByItself(campaigns, async (campaign) => {
      applied.push(await applyIn(services, merchant, campaign, opening))
    })
    return { applied, fault: undefined }
  } catch (fault) {
    return { applied, fault: fault as Error }
  }
}

async function applyIn(
  services: Services,
  merchant: Merchant,
  campaign: Campaign,
  opening: CardOpening,
): Promise<Applied> {
  const verdict = verdictOn(campaign, opening)
  if (verdict.kind !== 'earned') return { campaign, verdict }
  const { openid } = opening
  const awarded = await award(services, {
    merchant,
    campaign,
    openid,
    triggerKey: cardTriggerKey(memberMark(merchant, openid)),
    coupons: campaign.coupons,
    at: verdict.at ?? services.clock.now(),
  })
  return { campaign, verdict, awarded }
}
