import { type Kysely, sql } from 'kysely'

/**
 * One version of the payment facts per member, all names of a refund, campaigns that are copies, and lanes of the
 * inbox.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // A member who has paid. A transaction that writes a payment or a refund of the member, or takes a grant back for
  // one, also raises `version`: a grant that was decided on older facts is not written.
  `create table spenders (
    merchant_id bigint not null,
    openid text not null,
    version bigint not null default 1,
    primary key (merchant_id, openid)
  )`,
  `insert into spenders (merchant_id, openid) select distinct merchant_id, openid from payments`,

  // WeChat's refund_id and the merchant's out_refund_no name one refund. An out_refund_no is unique only under one
  // merchant number, so a name is valid only within its payment. refund_id is the name under which a refund was first
  // reported.
  `alter table refunds add names text[]`,
  `update refunds set names = array[refund_id]`,
  `alter table refunds alter names set not null`,
  `alter table refunds drop constraint refunds_merchant_id_refund_id_key`,
  `alter table refunds add unique (merchant_id, transaction_id, refund_id)`,
  `drop index refunds_merchant_id_transaction_id_idx`,

  // Set in a copy: earlier payments and cards have already earned in the campaign from which it was copied.
  `alter table campaigns add counts_from timestamptz`,

  // Which entries of a lane (merchant and source) go first: refunds, then payments, then the rest. Leases go by the
  // database's clock, since several processes hold them; due_at goes by the processes' own clocks.
  `alter table inbox add urgency smallint not null generated always as (case
      when body->>'type' = 'payment.refunded' or body->>'event_type' = 'V2.REFUND'
        or body->>'event_type' like 'REFUND.%' then 0
      when body->>'type' = 'payment.succeeded' or body->>'event_type' = 'V2.PAYMENT'
        or body->>'event_type' like 'TRANSACTION.%' then 1
      else 2 end) stored`,
  `alter table inbox add leased_until timestamptz`,
  `drop index inbox_due`,
  `create index inbox_due on inbox (source, merchant_id, urgency, due_at) where applied_at is null`,
]
