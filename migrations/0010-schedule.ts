import { type Kysely, sql } from 'kysely'

/** Jobs that run once over all processes, which processes there are, and what deleting old rows needs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create table jobs (
    name text primary key,
    due_at timestamptz not null,
    leased_by text,
    leased_until timestamptz,
    progress jsonb,
    failures integer not null default 0,
    started_at timestamptz,
    ended_at timestamptz,
    took_ms bigint,
    succeeded_at timestamptz,
    note text,
    last_error text,
    registered_at timestamptz not null
  )`,
  `create table processes (
    name text primary key,
    role text not null check (role in ('all', 'web', 'worker')),
    release text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null
  )`,
  // A message's body is forgotten before its row, because the row keeps a late repeat from being taken for a new
  // message.
  `alter table inbox alter body drop not null`,
  `create index inbox_body_age on inbox (applied_at) where applied_at is not null and body is not null`,
  `create index inbox_row_age on inbox (applied_at) where body is null`,
]
