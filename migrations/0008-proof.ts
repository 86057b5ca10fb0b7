import { type Kysely, sql } from 'kysely'

/**
 * How much had been given when a limit was lowered below it. Proof needs it to find what should not have been given.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // How many places were held when the limit was lowered, which is no fault; 0: coupons that turned out to be sent too
  // late brought the scope above its limit.
  `alter table overshoots add column given integer not null default 0`,
  `update overshoots o set given = (
    select count(*) from slots s where s.merchant_id = o.merchant_id and s.scope = o.scope
      and not exists (select 1 from coupons c where c.grant_id = s.grant_id and c.late))`,
]
