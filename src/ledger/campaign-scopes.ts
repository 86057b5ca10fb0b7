import type { Db } from '../plumbing/storage/database.ts'
import { scopes } from './limits/scopes.ts'
import { dayMs } from '../plumbing/clock.ts'

/** A scope of a whole campaign, and its number of places. */
export type CampaignScope = { merchantId: number; scope: string; limit: number }

/** A payment or card opening may become known this many days late, and still counts for its own day. */
const daysBack = 7

/**
 * Returns the campaign-wide scopes of every published campaign, including the earlier days that late facts count for.
 */
export async function campaignScopes(db: Db, now: Date): Promise<CampaignScope[]> {
  const campaigns = await db
    .selectFrom('campaigns')
    .select(['id', 'merchant_id', 'limits', 'spend'])
    .where('state', '=', 'published')
    .execute()
  return campaigns.flatMap(({ id, merchant_id: merchantId, limits, spend }) =>
    [
      { scope: scopes.total(id), limit: limits.total },
      ...daysUpTo(now).map((day) => ({ scope: scopes.day(id, day), limit: limits.per_day })),
      ...(spend?.tiers ?? []).map((tier) => ({ scope: scopes.tier(id, tier.at_least), limit: tier.total })),
    ].flatMap(({ scope, limit }) => (limit === undefined ? [] : [{ merchantId, scope, limit }])),
  )
}

function daysUpTo(now: Date): Date[] {
  return Array.from({ length: daysBack + 1 }, (_, back) => new Date(now.getTime() - back * dayMs))
}
