import { type Kysely, sql } from 'kysely'

/** The sign type of an account's v2 notifications: a setting of the account, never taken from the message. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table accounts add column api_v2_sign_type text not null default 'MD5'
      check (api_v2_sign_type in ('MD5', 'HMAC-SHA256'))`.execute(db)
}
