import { type Kysely, sql } from 'kysely'

/**
 * Orders that WeChat is asked about by itself, and days that are compared, explained and signed. Only adds: a process of
 * the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // When WeChat itself first told of the payment, by a notification, an answer or a bill: null while only the merchant's
  // own systems did.
  `alter table payments add column confirmed_at timestamptz`,

  // An order that a page or the events API named and WeChat has not told us of. due_at: when it is asked next.
  // ended_at: when the asking ended, and outcome how. transaction_ids: the payments it turned out to be, several for a
  // combined order.
  `create table asked_orders (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    named_by text not null check (named_by in ('transaction_id', 'out_trade_no')),
    name text not null check (length(name) between 1 and 64),
    told_by text not null check (told_by in ('page', 'event')),
    first_at timestamptz not null,
    due_at timestamptz not null,
    tries smallint not null default 0,
    last_answer text,
    transaction_ids text[] not null default '{}',
    outcome text check (outcome in ('confirmed', 'refunded', 'not_ours', 'given_up')),
    ended_at timestamptz,
    unique (merchant_id, named_by, name),
    check ((outcome is null) = (ended_at is null))
  )`,
  `create index asked_orders_due on asked_orders (due_at) where ended_at is null`,

  // The comparison of one Beijing day, 20261101, of one merchant, as it was last computed; JSON, byte for byte.
  `create table days (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    day text not null check (day ~ '^[0-9]{8}$'),
    computed_at timestamptz not null,
    sheet text not null,
    unique (merchant_id, day)
  )`,

  // Only ever inserted, and ended by a reopening: what was signed, byte for byte, and by whom.
  `create table day_signatures (
    id bigint generated always as identity primary key,
    day_id bigint not null references days,
    signed_by text not null check (length(signed_by) between 1 and 200),
    signed_at timestamptz not null,
    sheet text not null,
    sheet_hash text not null check (sheet_hash ~ '^[0-9a-f]{64}$'),
    reopened_by text,
    reopened_at timestamptz,
    reopened_reason text check (length(reopened_reason) between 1 and 500),
    check ((reopened_at is null) = (reopened_by is null)),
    check ((reopened_at is null) = (reopened_reason is null))
  )`,
  `create unique index day_signatures_standing on day_signatures (day_id) where reopened_at is null`,

  // The cause that an operator named for a difference; of each difference the row with the highest id counts.
  `create table day_explanations (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    day text not null check (day ~ '^[0-9]{8}$'),
    difference text not null check (length(difference) between 1 and 200),
    cause text not null check (cause in
      ('lost_answer', 'used_after_refund', 'foreign_sender', 'late_file', 'sent_by_hand', 'unknown')),
    reason text not null check (length(reason) between 1 and 500),
    by text not null,
    at timestamptz not null
  )`,
  `create index on day_explanations (merchant_id, day, difference, id)`,
]
