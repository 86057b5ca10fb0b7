import { type Kysely, sql } from 'kysely'

/**
 * Keys that were replaced and still open or verify for a while, and of which ends an operator has been told. Only adds: a
 * process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table former_keys (
    id bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    kind text not null check (kind in ('api_v3_key', 'public_key')),
    -- An APIv3 key, sealed.
    sealed text,
    -- A public key of WeChat's with its id.
    public_key_id text,
    public_key text,
    until timestamptz not null,
    check ((kind = 'api_v3_key') = (sealed is not null)),
    check ((kind = 'public_key') = (public_key_id is not null and public_key is not null))
  )`,
  `create index former_keys_of_account on former_keys (account_id)`,

  // A step is told once for one certificate, by whichever process is first.
  `create table key_warnings (
    account_id bigint not null references accounts on delete cascade,
    serial_no text not null,
    days_ahead smallint not null,
    at timestamptz not null,
    primary key (account_id, serial_no, days_ahead)
  )`,
]
