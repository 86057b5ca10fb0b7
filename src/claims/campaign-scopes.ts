import type { Db } from '../database.ts'
import { scopes } from './scopes.ts'

/** A scope of a whole campaign, and its places. */
export type CampaignScope = { merchantId: number; scope: string; limit: number }

/** The scopes that the crowd of every published campaign goes through now. */
export async function campaignScopes(db: Db, now: Date): Promise<CampaignScope[]> {
  const campaigns = await db
    .selectFrom('campaigns')
    .select(['id', 'merchant_id', 'limits', 'spend'])
    .where('state', '=', 'published')
    .execute()
  return campaigns.flatMap(({ id, merchant_id: merchantId, limits, spend }) =>
    [
      { scope: scopes.total(id), limit: limits.total },
      { scope: scopes.day(id, now), limit: limits.per_day },
      ...(spend?.tiers ?? []).map((tier) => ({ scope: scopes.tier(id, tier.at_least), limit: tier.total })),
    ].flatMap(({ scope, limit }) => (limit === undefined ? [] : [{ merchantId, scope, limit }])),
  )
}
