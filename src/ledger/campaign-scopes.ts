import type { Db } from '../plumbing/storage/database.ts'
import { scopes } from './limits/scopes.ts'
import { dayMs } from '../plumbing/clock.ts'

/** A scope of a whole campaign, and its places. */
export type CampaignScope = { merchantId: number; scope: string; limit: number }

/** A payment or card may become known this late, and counts for its own day. */
const daysBack = 7

/** The scopes that the crowd of every published campaign goes through now, with the days that late facts still count for. */
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
