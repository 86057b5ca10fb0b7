import { type Kysely, sql } from 'kysely'

/**
 * What support finds a member by, lists of grants, the owner's consent to a provider, and recipients of the
 * application. Only adds: a process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The 客服编号 is computed, never stored: src/members/support-number.ts says the same expression.
  `create index members_support_number on members
    (merchant_id, left(encode(sha256((merchant_id::text || ' ' || openid)::bytea), 'hex'), 9))`,

  // Lists of grants, newest first: of a merchant, and those with an owed coupon.
  `create index grants_newest on grants (merchant_id, id)`,
  `create index coupons_owed on coupons (merchant_id, grant_id) where state = 'reserved'`,

  // That an owner lets a provider's people see the merchant. A row that ended stays, for whoever looks back.
  `create table provider_links (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    mchid text not null check (mchid ~ '^[0-9]{6,32}$'),
    accepted_by text not null,
    accepted_at timestamptz not null,
    ended_by text,
    ended_at timestamptz,
    check ((ended_at is null) = (ended_by is null))
  )`,
  `create unique index provider_links_standing on provider_links (merchant_id, mchid) where ended_at is null`,
  // Whose people could look until now goes on: taking that away unasked would stop work that is under way.
  `insert into provider_links (merchant_id, mchid, accepted_by, accepted_at)
    select distinct a.merchant_id, a.mchid, 'before consent was asked', now() from accounts a
    join memberships m on m.provider_mchid = a.mchid and m.ended_at is null
    where a.role = 'provider'`,

  // Whom a provider's application for 跨商户号发券 is mailed to; without a row, APPLICATION_MAIL_TO.
  `create table application_recipients (
    mchid text primary key check (mchid ~ '^[0-9]{6,32}$'),
    mail_to text[] not null check (cardinality(mail_to) between 1 and 10),
    set_by text not null,
    set_at timestamptz not null
  )`,

  // Set where only this step was examined; the findings of the others are those of before.
  `alter table examinations add column step smallint check (step between 1 and 12)`,
]
