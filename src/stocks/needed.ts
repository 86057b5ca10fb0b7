import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** A stock that somebody waits for, with the latest end of the campaigns that give it; null: only owed coupons need it. */
export type NeededStock = Stock & { campaign_end: Date | null }

/**
 * Every stock that a campaign which still gives names, or of which a coupon is owed. A paused campaign counts: it may
 * go on at any moment. Throws what the database throws.
 */
export async function neededStocks(db: Db, now: Date): Promise<NeededStock[]> {
  const { rows } = await sql<NeededStock>`
    select * from (
      select s.*, (
        select max(c.ends_at) from campaigns c
        where c.merchant_id = s.merchant_id and c.state in ('published', 'paused') and c.ends_at > ${now}
          and (c.coupons @> jsonb_build_array(jsonb_build_object('stock_id', s.stock_id))
            or c.spend -> 'tiers' @> jsonb_build_array(jsonb_build_object('coupons',
              jsonb_build_array(jsonb_build_object('stock_id', s.stock_id)))))
      ) as campaign_end
      from stocks s
    ) stock
    where campaign_end is not null or exists (
      select from coupons where stock_ref = stock.id and state = 'reserved' and settled_at is null)
    order by id`.execute(db)
  return rows
}
