import type { Db } from '../plumbing/storage/database.ts'
import { campaignLimitsOf } from './limits/limits.ts'
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
    .select(['id', 'merchant_id', 'limits', 'limits_revision', 'spend'])
    .where('state', '=', 'published')
    .execute()
  const days = daysUpTo(now)
  return campaigns.flatMap((campaign) => {
    const tiers = campaign.spend?.tiers ?? []
    const limits = [
      ...days.flatMap((at) => campaignLimitsOf({ campaign, tier: undefined, at })),
      ...tiers.flatMap(({ at_least }) => campaignLimitsOf({ campaign, tier: at_least, at: now })),
    ]
    // Most scopes are the same on every day and for every tier.
    const byScope = new Map(limits.map(({ scope, limit }) => [scope, limit]))
    return [...byScope].map(([scope, limit]) => ({ merchantId: campaign.merchant_id, scope, limit }))
  })
}

function daysUpTo(now: Date): Date[] {
  return Array.from({ length: daysBack + 1 }, (_, back) => new Date(now.getTime() - back * dayMs))
}
