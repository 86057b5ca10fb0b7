import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** A page shows no more; a stock is in a handful of campaigns. */
const most = 50

/** The merchant's campaigns that give this stock, newest first. Throws what the database throws. */
export function campaignsOfStock(db: Db, { merchant_id, stock_id }: Stock): Promise<Campaign[]> {
  const gives = sql`jsonb_build_array(jsonb_build_object('stock_id', ${stock_id}::text))`
  return db
    .selectFrom('campaigns')
    .selectAll()
    .where('merchant_id', '=', merchant_id)
    .where(
      sql<boolean>`(coupons @> ${gives} or spend -> 'tiers' @> jsonb_build_array(jsonb_build_object('coupons', ${gives})))`,
    )
    .orderBy('id', 'desc')
    .limit(most)
    .execute()
}
