import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Earned } from '../grants/earned.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { CardOpening } from './card-opening.ts'
import { memberCards } from './openings.ts'
import { type CardVerdict, verdictOn } from './verdict.ts'

/**
 * Returns what a member's cards have earned in a card_open campaign: at most one grant, however many cards earned it.
 */
export async function earned(db: Db, merchant: Merchant, campaign: Campaign, openid: string): Promise<Earned[]> {
  if (campaign.kind !== 'card_open') return []
  const cards = await memberVerdicts(db, merchant, campaign, openid)
  const times = cards.flatMap(({ verdict }) => (verdict.kind === 'earned' ? [verdict.at] : []))
  if (times.length === 0) return []
  const [at] = times.filter((time) => time !== undefined).sort((a, b) => a.getTime() - b.getTime())
  return [{ triggerKey: cardTriggerKey(memberMark(merchant, openid)), coupons: campaign.coupons, ...(at && { at }) }]
}

/** Returns the verdict on each of a member's cards in a card_open campaign, except cards that it does not accept. */
export async function memberVerdicts(
  db: Db,
  merchant: Merchant,
  campaign: Campaign,
  openid: string,
): Promise<{ opening: CardOpening; verdict: CardVerdict }[]> {
  const openings = await memberCards(db, merchant, openid)
  return openings
    .filter(({ card_id }) => cardCounts(campaign, card_id))
    .map((opening) => ({ opening, verdict: verdictOn(campaign, opening) }))
}

/** A campaign that names no card accepts every card. */
export function cardCounts(campaign: Campaign, cardId: string): boolean {
  return campaign.card_ids.length === 0 || campaign.card_ids.includes(cardId)
}

/**
 * Once per member and campaign, not once per card: a member who deletes a card and takes it again gets no second grant
 * (docs/wechat/official-account.md 5.4).
 */
export function cardTriggerKey(mark: string): string {
  return `card_open/${mark}`
}
