import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** WeChat's refusal to send, as the halt keeps it that it raised. */
export type RefusedSend = {
  account_id: number
  mchid: string
  stock_ref: number | null
  stock_id: string | null
  cause: string
  code: string | null
  message: string | null
  request_id: string | null
  /** The first such answer. */
  since: Date
  /** The newest one: while the halt is active, its probes ask again. */
  at: Date
}

/** Owed coupons that are looked at for a probe's answer: it is always the first one due that is sent. */
const headsAtMost = 5

/** Active and past halts of the merchant whose cause is one of these, with WeChat's newest answer. */
export async function refusedSends(db: Db, merchantId: number, causes: string[]): Promise<RefusedSend[]> {
  const { rows } = await sql<RefusedSend>`
    select h.account_id, a.mchid, h.stock_ref, s.stock_id, h.cause, h.since,
      coalesce(t.code, h.code) as code, coalesce(t.message, h.message) as message,
      coalesce(t.request_id, h.request_id) as request_id, greatest(h.since, t.at) as at
    from halts h
    join accounts a on a.id = h.account_id
    left join stocks s on s.id = h.stock_ref
    left join lateral (
      select t.* from attempts t where h.lifted_at is null and t.outcome = h.cause and t.coupon_row in (
        select id from coupons c
        where c.account_id = h.account_id and (h.stock_ref is null or c.stock_ref = h.stock_ref)
          and c.state = 'reserved' and not c.set_aside
        order by c.stock_ref, c.due_at limit ${headsAtMost})
      order by t.at desc limit 1) t on true
    where h.merchant_id = ${merchantId} and h.cause = any(${causes})`.execute(db)
  return rows
}
