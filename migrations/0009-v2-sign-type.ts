import { type Kysely, sql } from 'kysely'

/** With what an account's v2 notifications are signed: its own setting, never the message's word. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table accounts add column api_v2_sign_type text not null default 'MD5'
      check (api_v2_sign_type in ('MD5', 'HMAC-SHA256'))`.execute(db)
}
