import { type Kysely, sql } from 'kysely'

/**
 * The ledger. Its rows are written thousands of times per second, so it has no foreign keys that would lock a
 * campaign's or a stock's row on every claim. Only the ledger's own code writes here, and `proof` replays it all.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One award: what a trigger earned a member in a campaign, once. Its state follows from its coupons. Ids are UUIDv7:
  // they sort by time, so that new rows are close together in every index.
  `create table grants (
    id uuid primary key,
    merchant_id bigint not null,
    campaign_id bigint not null,
    openid text not null,
    trigger_key text not null check (length(trigger_key) <= 200),
    tier integer,
    transaction_id text,
    refunded_at timestamptz,
    created_at timestamptz not null,
    unique (campaign_id, trigger_key)
  )`,
  `create index on grants (merchant_id, openid, id)`,
  `create index on grants (merchant_id, transaction_id) where transaction_id is not null`,

  // A numbered place under a limit. Because of its primary key no limit can be exceeded: two grants cannot both hold
  // place 17 of "campaign 3, total". Numbers run from 1 to the limit.
  `create table slots (
    scope text not null,
    number integer not null check (number > 0),
    grant_id uuid not null,
    coupon_row uuid,
    primary key (scope, number)
  )`,
  `create index on slots (grant_id)`,

  // One coupon owed or given; also the queue: a reserved row is due at due_at until it is sent or refused.
  `create table coupons (
    id uuid primary key,
    grant_id uuid not null,
    merchant_id bigint not null,
    account_id bigint not null,
    stock_ref bigint not null,
    openid text not null,
    ordinal smallint not null,
    out_request_no text not null check (out_request_no ~ '^[A-Za-z0-9|_*-]{1,128}$'),
    request text not null,
    state text not null check (state in ('reserved', 'sent', 'refused')),
    reason text,
    coupon_id text,
    due_at timestamptz not null,
    attempts integer not null default 0,
    doubtful boolean not null default false,
    lease_owner text,
    leased_until timestamptz,
    last_status integer,
    last_code text,
    last_message text,
    last_request_id text,
    created_at timestamptz not null,
    settled_at timestamptz,
    check ((state = 'sent') = (coupon_id is not null)),
    check (state = 'reserved' or lease_owner is null),
    -- The number ends with the row's own id: unique without an index of its own.
    check (right(out_request_no, 32) = replace(id::text, '-', ''))
  )`,
  `create index on coupons (grant_id)`,
  `create index on coupons (merchant_id, coupon_id) where coupon_id is not null`,
  `create index coupons_due on coupons (due_at) where state = 'reserved'`,
  // Sends of one stock to one openid never overlap, over all processes: otherwise WeChat answers a false RULE_LIMIT
  // (docs/wechat/pay-v3.md 3.3). Of each pair, only one row at a time can hold a lease.
  `create unique index coupons_one_send_at_a_time on coupons (stock_ref, openid) where lease_owner is not null`,

  // Evidence of the tries that did not settle a coupon.
  `create table attempts (
    id bigint generated always as identity primary key,
    coupon_row uuid not null,
    at timestamptz not null,
    outcome text not null,
    status integer,
    code text,
    message text,
    request_id text
  )`,
  `create index on attempts (coupon_row)`,

  // A stock, or a whole account, that must not be sent from until its cause is gone. stock_ref null: the account.
  `create table halts (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    account_id bigint not null references accounts,
    stock_ref bigint references stocks,
    cause text not null,
    code text,
    message text,
    request_id text,
    since timestamptz not null,
    probe_at timestamptz not null,
    probes integer not null default 0,
    lifted_at timestamptz,
    lifted_by text
  )`,
  `create unique index halts_standing on halts (account_id, coalesce(stock_ref, 0)) where lifted_at is null`,
]
