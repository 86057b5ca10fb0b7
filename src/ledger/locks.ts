import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** The campaign as it stands, and stays until the transaction ends: its limits are not changed while places are taken. */
export function holdCampaign(trx: Db, campaignId: number): Promise<Campaign> {
  return trx.selectFrom('campaigns').selectAll().where('id', '=', campaignId).forShare().executeTakeFirstOrThrow()
}

/** The same for a grant's campaign: whoever gives places back comes before or after a change of the limits, never inside. */
export function holdCampaignOf(trx: Db, grantId: string): Promise<Campaign> {
  return trx
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', (query) => query.selectFrom('grants').select('campaign_id').where('grants.id', '=', grantId))
    .forShare()
    .executeTakeFirstOrThrow()
}

/** Whoever changes a grant's coupons or places takes its row first; returns what others may have written there. */
export function lockGrant(trx: Db, grantId: string) {
  return trx
    .selectFrom('grants')
    .select(['tier', 'earned_at', 'refunded_at'])
    .where('id', '=', grantId)
    .forUpdate()
    .executeTakeFirstOrThrow()
}
