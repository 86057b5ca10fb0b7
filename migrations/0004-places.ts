import { type Kysely, sql } from 'kysely'

/**
 * The merchant comes first in keys, a coupon's number follows from its place, leases have a token and go by the
 * database's clock, and doubt is a time. Older rows keep their numbers. Their scopes and trigger keys still contain
 * openids: `giveMemberKeys` rewrites them, since a migration has no MASTER_KEY.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // The key of the marks that name a merchant's members in scopes and trigger keys; sealed, and never changed.
  `alter table merchants add column member_key_sealed text`,

  `alter table campaigns add column sender_mchids text[] not null default '{}',
    add column limits_revision integer not null default 1`,
  `update campaigns set sender_mchids = array[sender_mchid] where sender_mchid is not null`,
  `alter table campaigns drop column sender_mchid`,

  // The instant that decides in which day the limits count a grant; created_at is when it was written.
  `alter table grants add column earned_at timestamptz`,
  `update grants set earned_at = created_at`,
  `alter table grants alter column earned_at set not null,
    drop constraint grants_campaign_id_trigger_key_key,
    add unique (merchant_id, campaign_id, trigger_key)`,

  // Compared byte by byte, so that all scopes with the same beginning are together in the index, whatever the
  // database's locale.
  `alter table slots add column merchant_id bigint, alter column scope type text collate "C"`,
  `update slots s set merchant_id = g.merchant_id from grants g where g.id = s.grant_id`,
  `alter table slots alter column merchant_id set not null,
    drop constraint slots_pkey,
    add primary key (merchant_id, scope, number)`,

  // A scope in which more is held than allowed: its limit was lowered, or a coupon turned out to be sent after its
  // places were gone. While the row exists, a place that is given back is filled from above instead of becoming free.
  `create table overshoots (
    merchant_id bigint not null,
    scope text collate "C" not null,
    allowed integer not null,
    primary key (merchant_id, scope)
  )`,

  // place: the coupon's number under its stock's limit for its member, from which its out_request_no follows; null: an
  // older coupon. doubt_since: since when it may have arrived at WeChat without our knowing. set_aside: waits for an
  // operator. late: it was refused here, and WeChat's "sent" came afterwards.
  `alter table coupons
    add column place integer check (place > 0),
    add column generation integer not null default 0,
    add column lease_token uuid,
    add column doubt_since timestamptz,
    add column set_aside boolean not null default false,
    add column late boolean not null default false`,
  `update coupons c set place = s.number from slots s where s.coupon_row = c.id`,
  `update coupons set doubt_since = created_at where doubtful or lease_owner is not null`,
  `update coupons set leased_until = null where leased_until is not null`,
  `alter table coupons
    drop constraint coupons_check2,
    drop column doubtful,
    drop column lease_owner,
    add check (state = 'reserved' or lease_token is null),
    add check ((lease_token is null) = (leased_until is null))`,
  `create unique index coupons_one_send_at_a_time on coupons (merchant_id, stock_ref, openid) where lease_token is not null`,
  `drop index coupons_merchant_id_coupon_id_idx`,
  // A coupon of WeChat's is one row of ours; an operator has to look at a breach.
  `create unique index coupons_one_row_each on coupons (merchant_id, coupon_id, stock_ref) where coupon_id is not null`,
  // A lane is what one account sends of one stock.
  `drop index coupons_due`,
  `create index coupons_lanes on coupons (account_id, stock_ref, due_at) where state = 'reserved' and not set_aside`,

  // Leases, and only they, go by one clock for all processes. It is a function, so that a simulation can replace it.
  `create function lease_clock() returns timestamptz language sql volatile as 'select clock_timestamp()'`,
]
