import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'

/** A grant of a campaign with how far its coupons are. */
export type LatestGrant = { id: string; openid: string; at: Date; sent: number; owed: number; refused: number }

/** The newest grants of the campaign, `most` of them. */
export async function latestGrants(db: Db, { id }: Campaign, most: number): Promise<LatestGrant[]> {
  const { rows } = await sql<LatestGrant>`
    select g.id, g.openid, g.created_at as at, states.* from (
      select * from grants where campaign_id = ${id} order by id desc limit ${most}) g
    cross join lateral (
      select (count(*) filter (where state = 'sent'))::integer as sent,
        (count(*) filter (where state = 'reserved'))::integer as owed,
        (count(*) filter (where state = 'refused'))::integer as refused
      from coupons where grant_id = g.id) states
    order by g.id desc`.execute(db)
  return rows
}
