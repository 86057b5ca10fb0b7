import { type Kysely, sql } from 'kysely'

/**
 * What became of coupons after they were sent: every use that some source reported, and what WeChat last said of a
 * coupon. Only adds: a process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // One use of one coupon in one order. A coupon may be used again after its order was refunded, so that it may have
  // several rows. Amounts are in fen. What the first source did not know is null until another source says it.
  `create table redemptions (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    stock_id text not null,
    coupon_id text not null check (coupon_id <> ''),
    -- Null until a source names the order: a COUPON.USE may leave it out.
    transaction_id text check (transaction_id <> ''),
    -- Our coupon; null when another number has sent it, or when it is not known yet that we did.
    coupon_row uuid,
    out_trade_no text,
    amount bigint check (amount >= 0),
    order_total bigint check (order_total >= 0),
    used_at timestamptz,
    consume_mchid text,
    -- What reported it first, and when.
    source text not null check (source in ('notice', 'payment', 'query', 'flow')),
    told_at timestamptz not null,
    -- Since when the coupon may be usable again, and what says so.
    returned_at timestamptz,
    returned_source text check (returned_source in ('refund', 'flow', 'query')),
    created_at timestamptz not null default now(),
    check ((returned_at is null) = (returned_source is null)),
    unique (merchant_id, coupon_id, transaction_id)
  )`,
  `create unique index redemptions_unnamed on redemptions (merchant_id, coupon_id) where transaction_id is null`,
  `create index redemptions_of_payment on redemptions (merchant_id, transaction_id) where transaction_id is not null`,
  `create index redemptions_used on redemptions (merchant_id, used_at)`,
  `create index redemptions_used_of_stock on redemptions (merchant_id, stock_id, used_at)`,
  `create index redemptions_returned on redemptions (merchant_id, stock_id, returned_at) where returned_at is not null`,
  `create index redemptions_foreign on redemptions (told_at) where coupon_row is null`,

  // What WeChat last said of a coupon when it was asked about this one.
  `create table coupon_states (
    merchant_id bigint not null references merchants,
    coupon_id text not null,
    stock_id text not null,
    -- SENDED, USED, EXPIRED, or another word of WeChat's.
    state text not null,
    available_begin timestamptz,
    available_end timestamptz,
    -- When it was asked, and when it last said that the coupon can be used.
    checked_at timestamptz not null,
    usable_at timestamptz,
    primary key (merchant_id, coupon_id)
  )`,

  // How far the coupons of a stock have been asked about, shortly before the stock's end and after it.
  `create table coupon_walks (
    stock_ref bigint not null references stocks,
    round text not null check (round in ('before_end', 'after_end')),
    settled_at timestamptz not null,
    coupon_row uuid not null,
    primary key (stock_ref, round)
  )`,
]
