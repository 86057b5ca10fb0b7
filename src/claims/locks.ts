import type { Campaign } from '../campaigns/campaign.ts'
import type { Db } from '../database.ts'

/** The campaign as it stands, and stays until the transaction ends: its limits are not changed while places are taken. */
export function holdCampaign(trx: Db, campaignId: number): Promise<Campaign> {
  return trx.selectFrom('campaigns').selectAll().where('id', '=', campaignId).forShare().executeTakeFirstOrThrow()
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
