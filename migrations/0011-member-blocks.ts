import { type Kysely, sql } from 'kysely'

/** Members whom a merchant keeps out. Only adds: a process of the release before does not know them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One row for each time that a member was blocked, kept after it was lifted: who did it, when and why. Not a column
  // of members, because a person can be blocked who has never been here.
  `create table member_blocks (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    openid text not null check (length(openid) between 1 and 128),
    reason text not null check (length(reason) between 1 and 500),
    blocked_by text not null,
    since timestamptz not null,
    lifted_reason text check (length(lifted_reason) between 1 and 500),
    lifted_by text,
    lifted_at timestamptz,
    check ((lifted_at is null) = (lifted_by is null))
  )`,
  // Read once per second and merchant, and for every coupon that is about to be sent.
  `create unique index member_blocks_active on member_blocks (merchant_id, openid) where lifted_at is null`,
]
