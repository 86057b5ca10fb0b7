import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { RedemptionSource } from '../plumbing/storage/schema/redemptions.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** A list counts no further. */
export const usesCounted = 10_000

/**
 * How many coupons of a stock were used and are not usable again by a refund, what told of the uses (of the counted
 * ones), and when something last did. `count` is `usesCounted + 1` where there are more.
 */
export type StockUses = { count: number; sources: RedemptionSource[]; toldAt: Date }

/**
 * By the row id of each stock. A stock of which nothing has told is left out: its uses are unknown, not none. A flow file
 * without a row of the stock does tell.
 */
export async function usesOfStocks(db: Db, stocks: Stock[]): Promise<Map<number, StockUses>> {
  if (stocks.length === 0) return new Map()
  const { rows } = await sql<{ id: number; count: number; sources: RedemptionSource[]; told_at: Date | null }>`
    select stocks.id, used.count, used.sources, greatest(used.told_at, flow.kept_at) as told_at
    from stocks
    cross join lateral (
      select count(*)::int as count, max(told_at) as told_at,
        coalesce(array_agg(distinct source), '{}') as sources
      from (
        select source, told_at from redemptions
        where redemptions.merchant_id = stocks.merchant_id and redemptions.stock_id = stocks.stock_id
          and returned_at is null
        order by used_at desc
        limit ${usesCounted + 1}
      ) as counted
    ) as used
    cross join lateral (
      select max(coalesce(kept_at, asked_at)) as kept_at from wechat_files
      where mchid = stocks.creator_mchid and kind = 'use_flow' and coalesce(stock_id, '') = stocks.stock_id
        and state in ('kept', 'none')
    ) as flow
    where stocks.id = any(${stocks.map(({ id }) => id)})`.execute(db)
  const known = rows.flatMap(({ id, count, sources, told_at: toldAt }): [number, StockUses][] =>
    toldAt ? [[id, { count, sources: sources.length > 0 ? sources : ['flow'], toldAt }]] : [],
  )
  return new Map(known)
}
