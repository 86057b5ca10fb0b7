import { type Kysely, sql } from 'kysely'

/** Merchants, their numbers at WeChat Pay, what they give, and the members who get it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // A tenant: one Official Account and its merchant numbers. Columns ending in _sealed hold AES-256-GCM text bound to
  // their row (plumbing/secrets/vault.ts); nothing else in the database is secret.
  `create table merchants (
    id bigint generated always as identity primary key,
    slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name text not null check (length(name) <= 100),
    appid text not null,
    original_id text,
    app_secret_sealed text not null,
    message_token_sealed text,
    encoding_aes_key_sealed text,
    previous_encoding_aes_key_sealed text,
    events_secret_sealed text,
    domain_verification jsonb not null default '{}',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null
  )`,

  // A WeChat Pay merchant number. A provider may be a bare number without keys. One provider may serve several of our
  // merchants, so a number is unique only within a merchant.
  `create table accounts (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    mchid text not null check (mchid ~ '^[0-9]{6,32}$'),
    role text not null check (role in ('sender', 'provider')),
    serial_no text,
    certificate text,
    private_key_sealed text,
    api_v3_key_sealed text,
    api_v2_key_sealed text,
    public_key_id text,
    public_key text,
    sends_per_second integer not null default 450 check (sends_per_second > 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    unique (merchant_id, mchid),
    check ((public_key_id is null) = (public_key is null)),
    check (role = 'provider' or (serial_no is not null and private_key_sealed is not null and api_v3_key_sealed is not null))
  )`,

  // WeChat's certificates that verify its answers to an account; kept so that a restart needs no download.
  `create table platform_certificates (
    account_id bigint not null references accounts,
    serial_no text not null,
    certificate text not null,
    effective_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (account_id, serial_no)
  )`,

  // A batch of coupons at WeChat Pay, as last read from there. WeChat may hide goods_tags from a sender: then the
  // operator states them (goods_tags_from).
  `create table stocks (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    stock_id text not null,
    creator_mchid text not null,
    name text not null,
    status text not null,
    no_cash boolean not null,
    coupon_amount integer not null,
    transaction_minimum integer not null,
    max_coupons bigint not null,
    max_coupons_per_user integer not null check (max_coupons_per_user > 0),
    distributed_coupons bigint not null,
    available_begin timestamptz not null,
    available_end timestamptz not null,
    goods_tags text[] not null,
    goods_tags_from text not null check (goods_tags_from in ('wechat', 'operator')),
    created_at timestamptz not null default now(),
    synced_at timestamptz not null,
    unique (merchant_id, stock_id)
  )`,

  `create table campaigns (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    kind text not null check (kind in ('card_open', 'spend', 'link')),
    title text not null,
    rules text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    coupons jsonb not null,
    limits jsonb not null,
    spend jsonb,
    card_ids text[] not null default '{}',
    channel text,
    stackable boolean not null default false,
    state text not null check (state in ('draft', 'published', 'paused', 'ended')),
    sender_mchid text,
    revision integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    unique (merchant_id, slug),
    check (ends_at > starts_at),
    check ((kind = 'spend') = (spend is not null))
  )`,

  // A person under the merchant's appid, known through OAuth.
  `create table members (
    merchant_id bigint not null references merchants,
    openid text not null check (length(openid) <= 128),
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    primary key (merchant_id, openid)
  )`,
]
