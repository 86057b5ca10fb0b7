import { type Kysely, sql } from 'kysely'

/** What earns a grant: card openings, payments and refunds, and the inbox through which they arrive. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One row per card that became active. A member who deletes a card and takes it again gets a new code and a new row,
  // but a campaign gives to an openid only once (grants.trigger_key).
  `create table card_openings (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    openid text not null,
    card_id text not null,
    card_code text not null,
    source text not null check (source in ('landing', 'event', 'oa')),
    channel text,
    opened_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (merchant_id, card_id, card_code)
  )`,
  `create index on card_openings (merchant_id, openid)`,

  // Our own ledger of payments, from any source. Amounts in fen. settlement = total minus the coupons that were not
  // prefunded (NOCASH).
  `create table payments (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    transaction_id text not null,
    out_trade_no text not null,
    mchid text not null,
    sub_mchid text,
    openid text not null,
    total bigint not null check (total >= 0),
    payer_total bigint not null check (payer_total >= 0),
    settlement bigint not null check (settlement >= 0),
    promotions jsonb not null default '[]',
    goods_tag text,
    paid_at timestamptz not null,
    source text not null check (source in ('event', 'notification', 'query')),
    created_at timestamptz not null default now(),
    unique (merchant_id, transaction_id)
  )`,
  `create index on payments (merchant_id, out_trade_no)`,
  `create index on payments (merchant_id, openid, paid_at)`,

  // Refunds are matched to payments by transaction_id when read, never by a foreign key: a refund may arrive first.
  `create table refunds (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    transaction_id text not null,
    refund_id text not null,
    refund bigint not null check (refund >= 0),
    payer_refund bigint check (payer_refund >= 0),
    refunded_at timestamptz not null,
    created_at timestamptz not null default now(),
    unique (merchant_id, refund_id)
  )`,
  `create index on refunds (merchant_id, transaction_id)`,

  // Each message that arrived, once: stored before it is answered, and applied afterwards by a loop.
  `create table inbox (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    source text not null check (source in ('events', 'oa', 'pay')),
    business_key text not null,
    body jsonb not null,
    received_at timestamptz not null,
    due_at timestamptz not null,
    attempts integer not null default 0,
    applied_at timestamptz,
    last_error text,
    unique (merchant_id, source, business_key)
  )`,
  `create index inbox_due on inbox (due_at) where applied_at is null`,
]
