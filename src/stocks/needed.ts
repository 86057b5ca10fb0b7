import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/**
 * A stock that is read again and again, with the latest end of the campaigns that give it. `is_awaited`: somebody waits for
 * its coupons, so that its troubles are worth a warning.
 */
export type NeededStock = Stock & { campaign_end: Date | null; is_awaited: boolean }

/** WeChat's count at both ends of the day on which a coupon was sent is what that day is compared with. */
const countedDays = 2

/**
 * Every stock that a campaign which still gives names, of which a coupon is owed, or of which one was sent in the last
 * two days. A paused campaign counts: it may go on at any moment. Throws what the database throws.
 */
export async function neededStocks(db: Db, now: Date): Promise<NeededStock[]> {
  const { rows } = await sql<NeededStock>`
    select s.*, given.until as campaign_end, given.until is not null or owed.is_owed as is_awaited
    from stocks s
    cross join lateral (
      select max(c.ends_at) as until from campaigns c
      where c.merchant_id = s.merchant_id and c.state in ('published', 'paused') and c.ends_at > ${now}
        and (c.coupons @> jsonb_build_array(jsonb_build_object('stock_id', s.stock_id))
          or c.spend -> 'tiers' @> jsonb_build_array(jsonb_build_object('coupons',
            jsonb_build_array(jsonb_build_object('stock_id', s.stock_id)))))
    ) given
    cross join lateral (
      select exists (select from coupons where stock_ref = s.id and state = 'reserved' and settled_at is null) as is_owed
    ) owed
    where given.until is not null or owed.is_owed or exists (
      select from coupons where stock_ref = s.id and state <> 'refused' and state = 'sent'
        and settled_at > ${daysBefore(now, countedDays)})
    order by s.id`.execute(db)
  return rows
}
