import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'

/** A merchant's refusals that are looked at: a campaign whose last one is older than all these has none of late. */
const lookedAt = 500

/** Why WeChat last refused a coupon of each campaign of the merchant, by `campaigns.id`; the words are of the outcome table. */
export async function latestRefusals(db: Db, merchantId: number): Promise<Map<number, string>> {
  const { rows } = await sql<{ campaign_id: number; reason: string }>`
    select distinct on (g.campaign_id) g.campaign_id, c.reason from (
      select grant_id, reason from coupons where merchant_id = ${merchantId} and state = 'refused'
      order by grant_id desc limit ${lookedAt}) c
    join grants g on g.id = c.grant_id
    where c.reason is not null
    order by g.campaign_id, c.grant_id desc`.execute(db)
  return new Map(rows.map(({ campaign_id, reason }) => [Number(campaign_id), reason]))
}
