import type { Campaign } from '../campaigns/campaign.ts'
import type { Earned } from '../campaigns/earned.ts'
import type { Db } from '../database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'

/** What this member's cards have earned in a card_open campaign: one grant, whatever number of cards, and none without. */
export async function earned(
  services: { db: Db },
  merchant: Merchant,
  campaign: Campaign,
  openid: string,
): Promise<Earned[]> {
  if (campaign.kind !== 'card_open') return []
  const openings = await services.db
    .selectFrom('card_openings')
    .select(['card_id', 'opened_at'])
    .where('merchant_id', '=', merchant.id)
    .where('openid', '=', openid)
    .where('opened_at', '>=', campaign.starts_at)
    .where('opened_at', '<=', campaign.ends_at)
    .orderBy('opened_at')
    .execute()
  const opening = openings.find(({ card_id }) => cardCounts(campaign, card_id))
  if (!opening) return []
  return [
    { triggerKey: cardTriggerKey(memberMark(merchant, openid)), coupons: campaign.coupons, at: opening.opened_at },
  ]
}

/** A campaign that names no card takes every card. */
export function cardCounts(campaign: Campaign, cardId: string): boolean {
  return campaign.card_ids.length === 0 || campaign.card_ids.includes(cardId)
}

/** Once a campaign and member, not once a card: who deletes a card and takes it again is not paid again (wechat/official-account.md 5.4). */
export function cardTriggerKey(mark: string): string {
  return `card_open/${mark}`
}
