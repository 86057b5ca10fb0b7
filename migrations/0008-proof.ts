import { type Kysely, sql } from 'kysely'

/** What had been given when a limit was lowered below it: proof tells that from what should not have been given. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // So many places were held when the limit was lowered, which is no fault of anybody's; 0: coupons that turned out to
  // be sent too late made the scope what it is.
  `alter table overshoots add column given integer not null default 0`,
  `update overshoots o set given = (
    select count(*) from slots s where s.merchant_id = o.merchant_id and s.scope = o.scope
      and not exists (select 1 from coupons c where c.grant_id = s.grant_id and c.late))`,
]
