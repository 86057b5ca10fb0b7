import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/**
 * A lane: the coupons of one stock that one account sends. Delivery works lane by lane, so that a slow lane does not
 * delay the others.
 */
export type Lane = {
  accountId: number
  stockRef: number
  merchantId: number
  /** The account's merchant number. */
  mchid: string
  /** The merchant's weight when free hands are shared among merchants. */
  weight: number
  /** The account's highest rate. */
  sendsPerSecond: number
}

/**
 * Returns the lanes that have a due coupon and no active halt. Reads one index entry per lane, however long the lane is
 * (a skip scan), so coupons that wait under a halt or for a later time cost nothing.
 */
export async function openLanes(db: Db, now: Date): Promise<Lane[]> {
  const { rows } = await sql<Lane>`
    with recursive ${laneHeads(sql`true`)}
    select h.account_id as "accountId", h.stock_ref as "stockRef", a.merchant_id as "merchantId", a.mchid, m.weight,
      a.sends_per_second as "sendsPerSecond"
    from heads h join accounts a on a.id = h.account_id join merchants m on m.id = a.merchant_id
    where h.due_at <= ${now} and not exists (${haltOf('h')})
    order by h.account_id, h.stock_ref`.execute(db)
  return rows
}

/** Returns SQL for the first coupon of each lane of some accounts. Each step looks behind the previous lane. */
export function laneHeads(ofAccount: RawBuilder<unknown>): RawBuilder<unknown> {
  const queue = sql`state = 'reserved' and not set_aside and ${ofAccount}`
  return sql`heads as (
    (select account_id, stock_ref, due_at from coupons where ${queue} order by account_id, stock_ref, due_at limit 1)
    union all
    select next.* from heads cross join lateral (
      select account_id, stock_ref, due_at from coupons
      where ${queue} and (account_id, stock_ref) > (heads.account_id, heads.stock_ref)
      order by account_id, stock_ref, due_at limit 1) next
  )`
}

/** Returns SQL for the active halts on the lane of a row. */
export function haltOf(row: string): RawBuilder<unknown> {
  return sql`select from halts where lifted_at is null and halts.account_id = ${sql.ref(`${row}.account_id`)}
    and (halts.stock_ref is null or halts.stock_ref = ${sql.ref(`${row}.stock_ref`)})`
}
