import type { AuditEntry } from '../../operators/audit/chain.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { campaignSubject } from '../audit.ts'

/** What was done with the campaign, newest first, `most` of it. */
export function historyOf(db: Db, campaign: Campaign, most: number): Promise<AuditEntry[]> {
  return db
    .selectFrom('audit_entries')
    .selectAll()
    .where('merchant_id', '=', campaign.merchant_id)
    .where('subject', '=', campaignSubject(campaign))
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
}
