import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Asked } from './asked.ts'
import { read } from './read.ts'

/** How many are listed; more of the same kind add nothing. */
export const mostListed = 20

/** WeChat coupon numbers that several of our rows have. */
export async function doubleCoupons(db: Db, asked: Asked): Promise<string[]> {
  const rows = await read(
    db,
    sql<{ coupon_id: string; rows: string[] }>`
    select coupon_id, (select array_agg(c.id::text order by c.id) from coupons c
      where c.merchant_id = several.merchant_id and c.coupon_id = several.coupon_id) as rows
    from (select c.merchant_id, c.coupon_id from coupons c where c.coupon_id is not null and ${asked.isOf('c')}
          group by c.merchant_id, c.coupon_id having count(*) > 1 limit ${mostListed}) several`,
  )
  return rows.map((row) => `coupon ${row.coupon_id} of WeChat's is several rows of ours: ${row.rows.join(', ')}`)
}

/** Coupons that WeChat reported as sent after they had been refused here. */
export async function lateCoupons(db: Db, asked: Asked): Promise<string[]> {
  const { rows } = await sql<{ id: string; grant_id: string; all: number }>`
    select c.id, c.grant_id, count(*) over () as all from coupons c
    where c.late and ${asked.isOf('c')} order by c.settled_at desc limit ${mostListed}`.execute(db)
  return cut(
    rows.map((row) => `coupon ${row.id} of grant ${row.grant_id} was sent late: it had been refused here`),
    rows[0]?.all ?? 0,
  )
}

/** Scopes in which more is held than is allowed now. */
export async function standingOvershoots(db: Db, asked: Asked): Promise<string[]> {
  const { rows } = await sql<{ scope: string; allowed: number; given: number; held: number; all: number }>`
    select o.*, (select count(*) from slots s where s.merchant_id = o.merchant_id and s.scope = o.scope) as held
    from (select o.merchant_id, o.scope, o.allowed, o.given, count(*) over () as all from overshoots o
          where ${asked.isOf('o')} order by o.merchant_id, o.scope limit ${mostListed}) o`.execute(db)
  return cut(
    rows.map(
      ({ scope, allowed, given, held }) =>
        `${scope} holds ${held} of ${allowed}${given > 0 ? `: ${given} had been given when the limit was lowered` : ''}`,
    ),
    rows[0]?.all ?? 0,
  )
}

/** Each key with its columns: with one more column, it would not prevent what it must prevent. */
const keys = {
  slots_pkey: 'merchant_id scope number',
  grants_merchant_id_campaign_id_trigger_key_key: 'merchant_id campaign_id trigger_key',
  coupons_one_row_each: 'merchant_id coupon_id stock_ref',
  coupons_one_send_at_a_time: 'merchant_id stock_ref openid',
}

/** The unique keys that make it impossible to exceed a limit and that are not in force. */
export async function missingKeys(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from unnest(${Object.keys(keys)}::text[], ${Object.values(keys)}::text[]) as key (name, columns)
    where not exists (
      select from pg_index where indexrelid = to_regclass(name) and indisunique and indisvalid and columns = (
        select string_agg(attname, ' ' order by attnum) from pg_attribute where attrelid = indexrelid))`.execute(db)
  return rows.map(({ name }) => `the key ${name}, which the limits rest on, is not in force`)
}

/** Adds how many there are beside the listed ones. */
export function cut(listed: string[], all: number): string[] {
  return all > listed.length ? [...listed, `and ${all - listed.length} more like these`] : listed
}
