import { type Kysely, sql } from 'kysely'

/**
 * Since when keys and secrets are what they are, and when WeChat last accepted the keys in a test. Only adds: null and
 * nothing stand for what was set before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table accounts add column keys_set_at timestamptz, add column keys_proven_at timestamptz`.execute(db)
  await sql`alter table merchants add column secrets_set_at jsonb not null default '{}'`.execute(db)
}
