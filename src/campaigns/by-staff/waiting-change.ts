import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'

/** The newest change of the campaign that waits for an approval; undefined when there is none. */
export function waitingChange(db: Db, { merchant_id, slug }: Campaign, now: Date) {
  return db
    .selectFrom('proposals')
    .select(['id', 'subject', 'ends_at'])
    .where('merchant_id', '=', merchant_id)
    .where('act', '=', 'campaign_change')
    .where('state', '=', 'asked')
    .where('ends_at', '>', now)
    .where(sql<boolean>`payload::json ->> 'slug' = ${slug}`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}
