import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { type Evidence, mostEvidence } from './sheet.ts'
import type { DayStock } from './stocks-of-day.ts'

/** As SQL: no merchant of this installation that sends the stock has sent the coupon of the redemption `r`. */
export const isNobodysHere = sql<boolean>`(r.coupon_row is null and not exists (
  select 1 from coupons nc where nc.coupon_id = r.coupon_id
    and nc.merchant_id in (select ns.merchant_id from stocks ns where ns.stock_id = r.stock_id)))`

/** Used coupons of a stock that we have not sent: they prove that somebody else sends it too. */
export async function foreignUses(db: Db, merchantId: number, stock: DayStock): Promise<Evidence[]> {
  const rows = await db
    .selectFrom('redemptions as r')
    .select(['r.coupon_id', 'r.transaction_id', 'r.used_at'])
    .where('r.merchant_id', '=', merchantId)
    .where('r.stock_id', '=', stock.stock_id)
    .where(isNobodysHere)
    .orderBy('r.id', 'desc')
    .limit(mostEvidence)
    .execute()
  return rows.map(({ used_at, ...row }) => ({ ...row, used_at: used_at?.toISOString() ?? null }))
}
