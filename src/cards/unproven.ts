import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { isEarlier } from './earlier-cards.ts'
import { clockSlackMs } from './verdict.ts'

/** An active card without a report of when it was taken, and the campaigns that wait for one. */
export type UnprovenOpening = {
  openid: string
  card_id: string
  card_code: string
  source: string
  active_at: Date
  campaigns: string[]
}

/** WeChat's push comes within seconds; it is repeated for longer only when our answer failed. */
const overdueMs = 10 * 60_000
/** More than a person reads. */
const shownAtMost = 1_000

/** True when a card has been without proof for so long that an operator should look. */
export function isOverdue(activeAt: Date, now: Date): boolean {
  return now.getTime() - activeAt.getTime() >= overdueMs
}

/**
 * Returns the cards that have been active for ten minutes without proof of when they were taken, if a campaign for new
 * cards would give their member something; newest first. They wait for a push, for the merchant's `card.opened`, or for
 * an import that reports them as older. `verdictOn` calls the same cards unproven.
 */
export async function unprovenOpenings(db: Db, merchant: Merchant, now: Date): Promise<UnprovenOpening[]> {
  return db
    .selectFrom('card_openings')
    .innerJoin('campaigns', 'campaigns.merchant_id', 'card_openings.merchant_id')
    .select(['card_openings.openid', 'card_id', 'card_code', 'source'])
    .select(sql<Date>`card_openings.active_at`.as('active_at'))
    .select(sql<string[]>`array_agg(campaigns.slug order by campaigns.slug)`.as('campaigns'))
    .where('card_openings.merchant_id', '=', merchant.id)
    .where('active_at', '<=', new Date(now.getTime() - overdueMs))
    .where('taken_at', 'is', null)
    .where('vouched_at', 'is', null)
    .where('activated_at', 'is', null)
    .where('restored_at', 'is', null)
    .where(sql<boolean>`not ${isEarlier}`)
    .where('campaigns.kind', '=', 'card_open')
    .where('campaigns.cards', '=', 'new')
    .where('campaigns.state', 'in', ['published', 'paused'])
    .where(sql<boolean>`active_at >= campaigns.starts_at - ${clockSlackMs} * interval '1 millisecond'`)
    .whereRef('active_at', '<=', 'campaigns.ends_at')
    .where(sql<boolean>`(campaigns.card_ids = '{}' or card_openings.card_id = any(campaigns.card_ids))`)
    .where(sql<boolean>`(campaigns.gifted or not card_openings.gifted)`)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('grants')
            .select('grants.id')
            .whereRef('grants.merchant_id', '=', 'card_openings.merchant_id')
            .whereRef('grants.openid', '=', 'card_openings.openid')
            .whereRef('grants.campaign_id', '=', 'campaigns.id'),
        ),
      ),
    )
    .groupBy('card_openings.id')
    .orderBy('active_at', 'desc')
    .limit(shownAtMost)
    .execute()
}
