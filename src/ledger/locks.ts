import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** Reads a campaign and locks it against changes until the transaction ends, so that its limits stay the same. */
export function holdCampaign(trx: Db, campaignId: number): Promise<Campaign> {
  return trx.selectFrom('campaigns').selectAll().where('id', '=', campaignId).forShare().executeTakeFirstOrThrow()
}

/**
 * The same for a grant's campaign: places are given back before or after a change of its limits, never in the middle.
 */
export function holdCampaignOf(trx: Db, grantId: string): Promise<Campaign> {
  return trx
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', (query) => query.selectFrom('grants').select('campaign_id').where('grants.id', '=', grantId))
    .forShare()
    .executeTakeFirstOrThrow()
}

/** Locks a grant's row, before any change to its coupons or places. Returns the fields that others may have changed. */
export function lockGrant(trx: Db, grantId: string) {
  return trx
    .selectFrom('grants')
    .select(['tier', 'earned_at', 'refunded_at'])
    .where('id', '=', grantId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}
