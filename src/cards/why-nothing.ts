import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { memberVerdicts } from './earned.ts'
import { isOverdue } from './unproven.ts'

/**
 * Why a member's cards have brought nothing. If several reasons apply, the first one in this list counts: a reason that
 * may still change comes before one that is final.
 */
const cardReasons = ['waiting', 'unproven', 'inactive', 'not_new', 'gifted', 'no_card'] as const
export type CardReason = (typeof cardReasons)[number]

/**
 * Returns why a card_open campaign gave a member nothing. `waiting`: WeChat may report at any moment when the card was
 * taken; `unproven`: it should have done so long ago. Undefined when one of the cards has earned.
 */
export async function whyNothing(
  db: Db,
  merchant: Merchant,
  campaign: Campaign,
  openid: string,
  now: Date,
): Promise<CardReason | undefined> {
  const cards = await memberVerdicts(db, merchant, campaign, openid)
  if (cards.some(({ verdict }) => verdict.kind === 'earned')) return undefined
  const reasons = cards.map(({ opening: { active_at }, verdict: { kind } }) =>
    kind === 'unproven' && active_at && !isOverdue(active_at, now) ? 'waiting' : kind,
  )
  return cardReasons.find((reason) => reason === 'no_card' || reasons.includes(reason))
}
