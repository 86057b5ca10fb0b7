import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** The newest coupon that an account sent of a stock. */
export type Sent = {
  account_id: number
  mchid: string
  stock_ref: number
  stock_id: string
  creator_mchid: string
  no_cash: boolean
  at: Date
  request_id: string | null
}

/**
 * The newest coupons of a stock that are looked at, so that a stock of millions costs as little as a new one. Accounts
 * that share a stock each have many among them.
 */
const newestAtMost = 100

/** Of each stock of the merchant, the newest coupon that each of its accounts sent, newest first. */
export async function lastSent(db: Db, merchantId: number): Promise<Sent[]> {
  const { rows } = await sql<Sent>`
    select distinct on (c.account_id, s.id) c.account_id, a.mchid, s.id as stock_ref, s.stock_id, s.creator_mchid,
      s.no_cash, c.settled_at as at, c.last_request_id as request_id
    from stocks s
    cross join lateral (
      select account_id, settled_at, last_request_id from coupons
      where stock_ref = s.id and state = 'sent' and settled_at is not null
      order by settled_at desc limit ${newestAtMost}) c
    join accounts a on a.id = c.account_id
    where s.merchant_id = ${merchantId}
    order by c.account_id, s.id, c.settled_at desc`.execute(db)
  return rows.toSorted((a, b) => b.at.getTime() - a.at.getTime())
}
