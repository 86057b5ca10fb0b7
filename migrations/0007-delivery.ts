import { type Kysely, sql } from 'kysely'

/** Answers that halt only when several members got them, and what a stock has left. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The members who got an answer that may be caused by the member. Three members within ten minutes, without a success
  // of the stock in between, halt the stock; older rows are not needed.
  `create table suspicions (
    account_id bigint not null references accounts,
    stock_ref bigint not null references stocks,
    outcome text not null,
    code text not null,
    openid text not null,
    at timestamptz not null,
    primary key (account_id, stock_ref, outcome, code, openid)
  )`,
  `create index coupons_set_aside on coupons (merchant_id) where set_aside`,

  // A coupon whose doubt a look-up has ended keeps this mark: it is never given up or moved to another stock.
  `alter table coupons add column doubt_ended_at timestamptz`,

  // A merchant's share of what a worker sends at the same time, compared with others (ledger/lane-shares.ts).
  `alter table merchants add column weight integer not null default 1 check (weight between 1 and 100)`,

  // What an operator did to owed coupons, and why; 'before' is the state of a replaced one.
  `create table operator_acts (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    grant_id uuid not null,
    coupon_row uuid not null,
    act text not null check (act in ('given_up', 'replaced')),
    reason text not null check (length(reason) between 1 and 500),
    before jsonb not null,
    at timestamptz not null
  )`,
  `create index on operator_acts (grant_id)`,

  // What a stock has left depends on the coupons given since WeChat last reported its number, and on the owed ones.
  // Coupons that were on their way at that report may or may not be in WeChat's number.
  `alter table stocks add column in_flight_at_sync integer not null default 0`,
  `create index coupons_taken on coupons (stock_ref, settled_at) where state <> 'refused'`,
]
