import { type Kysely, sql } from 'kysely'

/**
 * Stocks that are kept fresh, what a provider did at WeChat through us, and how far each merchant is on its way. Only
 * adds: a process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // More of what WeChat tells of a stock; null until it was read by a release that keeps it.
  `alter table stocks
    add column description text,
    add column max_amount bigint,
    add column max_amount_by_day bigint,
    add column combine_use boolean,
    add column trade_types text[]`,

  // When a stock is read again, and why it could not be read the last times.
  `alter table stocks
    add column sync_due_at timestamptz not null default now(),
    add column sync_failures integer not null default 0,
    add column sync_problem text,
    add column sync_problem_since timestamptz`,

  // What WeChat reported of a stock, one row for each report that differs from the one before: from it follow the rate
  // of use and the days until it is empty.
  `create table stock_reports (
    stock_ref bigint not null references stocks,
    at timestamptz not null,
    distributed_coupons bigint not null,
    max_coupons bigint not null,
    status text not null,
    primary key (stock_ref, at)
  )`,

  // What an operator must know and do, from the first sight of its cause until the cause is gone. subject names one
  // thing of the merchant in the words of the field ("批次 16246120").
  `create table warnings (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    kind text not null check (kind ~ '^[a-z_]{1,60}$'),
    subject text not null check (length(subject) between 1 and 200),
    facts jsonb not null default '{}',
    since timestamptz not null,
    until timestamptz check (until >= since)
  )`,
  `create unique index warnings_active on warnings (merchant_id, kind, subject) where until is null`,

  // A stock that we asked WeChat to make: the request is kept, byte for byte, before it is sent for the first time, so
  // that a repeat never makes a second stock. One provider may serve several merchants: the number is unique for it.
  `create table made_stocks (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    creator_mchid text not null,
    out_request_no text not null check (out_request_no ~ '^[A-Za-z0-9|_*-]{1,128}$'),
    request text not null,
    stock_id text,
    created_at timestamptz not null,
    answered_at timestamptz,
    unique (creator_mchid, out_request_no),
    check ((stock_id is null) = (answered_at is null))
  )`,

  // What was asked of WeChat with a provider's keys, and what it answered.
  `create table provider_acts (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    creator_mchid text not null,
    act text not null check (act in ('create', 'activate', 'pause', 'restart', 'set_callback', 'upload_image')),
    subject text not null,
    outcome text not null check (outcome in ('done', 'refused', 'unknown')),
    code text,
    message text,
    request_id text,
    by text not null,
    at timestamptz not null
  )`,
  `create index on provider_acts (merchant_id, subject, id)`,

  // WeChat's address of an uploaded picture is valid for ever.
  `create table marketing_images (
    creator_mchid text not null,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    media_url text not null,
    at timestamptz not null,
    primary key (creator_mchid, sha256)
  )`,

  // The provider's own appid, so that its link to the provider's number can be tested with the provider's keys.
  `alter table accounts add column appid text check (appid ~ '^wx[0-9a-zA-Z]{16}$')`,

  // How far a merchant is on its way to the first coupon. day is Beijing's; at is when it was said by hand, or when what
  // proves it happened. Of each step the row with the newest at counts.
  `create table onboarding_steps (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    step smallint not null check (step between 1 and 12),
    state text not null check (state in ('asked', 'granted', 'refused')),
    day text not null check (day ~ '^[0-9]{8}$'),
    source text not null check (source in ('hand', 'evidence')),
    evidence text not null default '' check (length(evidence) <= 1000),
    by text not null,
    at timestamptz not null
  )`,
  `create index on onboarding_steps (merchant_id, step, at)`,
]
