import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/** A lane: what one account sends of one stock. Delivery goes lane by lane, so that nobody waits for a stranger. */
export type Lane = {
  accountId: number
  stockRef: number
  merchantId: number
  /** The merchant's share of the hands, beside other merchants'. */
  weight: number
  /** The account's own ceiling. */
  sendsPerSecond: number
}

/**
 * The lanes in which a coupon is due and that no halt closes. One entry of the index is read for each lane, however long
 * the lane is (a skip scan): what waits under a halt, or for a later time, costs nothing.
 */
export async function openLanes(db: Db, now: Date): Promise<Lane[]> {
  const { rows } = await sql<Lane>`
    with recursive ${laneHeads(sql`true`)}
    select h.account_id as "accountId", h.stock_ref as "stockRef", a.merchant_id as "merchantId", m.weight,
      a.sends_per_second as "sendsPerSecond"
    from heads h join accounts a on a.id = h.account_id join merchants m on m.id = a.merchant_id
    where h.due_at <= ${now} and not exists (${haltOf('h')})
    order by h.account_id, h.stock_ref`.execute(db)
  return rows
}

/** As SQL, the first coupon of each lane of some accounts: the next one of each is looked for behind the last one's lane. */
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

/** As SQL, the halt that closes the lane of a row. */
export function haltOf(row: string): RawBuilder<unknown> {
  return sql`select from halts where lifted_at is null and halts.account_id = ${sql.ref(`${row}.account_id`)}
    and (halts.stock_ref is null or halts.stock_ref = ${sql.ref(`${row}.stock_ref`)})`
}
