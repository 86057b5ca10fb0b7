import { type Kysely, sql } from 'kysely'

/**
 * What the doctor found last, and links that show one half of the twelve steps. Only adds: a process of the release
 * before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The newest few of each merchant. findings is null while the examination runs, and stays so when its process dies.
  `create table examinations (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    at timestamptz not null,
    by text not null,
    findings jsonb
  )`,
  `create index on examinations (merchant_id, id desc)`,

  // A link that shows what the provider, or the merchant, has still to do, to anybody who has it. Only the newest of a
  // half works.
  `create table guide_shares (
    token_hash text primary key,
    merchant_id bigint not null references merchants,
    half text not null check (half in ('provider', 'merchant')),
    made_by text not null,
    made_at timestamptz not null,
    ends_at timestamptz not null,
    unique (merchant_id, half)
  )`,
]
