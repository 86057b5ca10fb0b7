import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { mostEvidence } from './sheet.ts'
import type { DayStock } from './stocks-of-day.ts'

/**
 * A coupon whose answer did not come in time. `counts`: 1 where WeChat may have given it in this time and we did not
 * know by its end; -1 where we learned in this time of what WeChat had given before.
 */
export type LostAnswer = {
  counts: number
  coupon: string
  grant: string
  out_request_no: string
  coupon_id: string | null
  state: string
  unanswered_at: string
  request_id: string | null
}

/** The sends of a stock without an answer that may be why WeChat's count and ours differ between two reports. */
export async function lostAnswers(db: Db, stock: DayStock, from: Date, to: Date): Promise<LostAnswer[]> {
  const { rows } = await sql<LostAnswer & { unanswered_at: Date }>`
    with unanswered as (
      select c.id, c.grant_id, c.out_request_no, c.coupon_id, c.state, c.settled_at, c.last_request_id,
        least(c.doubt_since, (select min(a.at) from attempts a
          where a.coupon_row = c.id and (a.status is null or a.status >= 500))) as at
      from coupons c join stocks s on s.id = c.stock_ref
      where s.stock_id = ${stock.stock_id} and s.creator_mchid = ${stock.creator_mchid}
        and c.created_at < ${to} and (c.attempts > 0 or c.doubt_since is not null)
        and (c.settled_at is null or c.settled_at >= ${from})
    )
    select case when at >= ${from} then 1 else -1 end as counts, id as coupon, grant_id as "grant", out_request_no,
      coupon_id, state, at as unanswered_at, last_request_id as request_id
    from unanswered
    where (at >= ${from} and at < ${to} and (state <> 'sent' or settled_at >= ${to}))
      or (at < ${from} and state = 'sent' and settled_at >= ${from} and settled_at < ${to})
    order by at, id limit ${mostEvidence * 20}`.execute(db)
  return rows.map((row) => ({ ...row, unanswered_at: row.unanswered_at.toISOString() }))
}
