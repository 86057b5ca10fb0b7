import type { Db } from '../plumbing/storage/database.ts'
import { campaignLimitsOf } from './limits/limits.ts'
import { dayMs } from '../plumbing/clock.ts'

/** A scope of a whole campaign, and its places. */
export type CampaignScope = { merchantId: number; scope: string; limit: number }

/** A payment or card may become known this late, and counts for its own day. */
const daysBack = 7

/** The scopes that the crowd of every published campaign goes through now, with the days that late facts still count for. */
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
    // Most are the same on every day and for every tier.
    const byScope = new Map(limits.map(({ scope, limit }) => [scope, limit]))
    return [...byScope].map(([scope, limit]) => ({ merchantId: campaign.merchant_id, scope, limit }))
  })
}

function daysUpTo(now: Date): Date[] {
  return Array.from({ length: daysBack + 1 }, (_, back) => new Date(now.getTime() - back * dayMs))
}
