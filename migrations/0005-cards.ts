import { type Kysely, sql } from 'kysely'

/**
 * What is known of a card, fact by fact and in any order of arrival: when it was taken, and who reported it; that it is
 * active; that it was only restored, or given by another person. A campaign says which cards earn in it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // new: a card that was provably taken during the campaign. any: each member with an active card.
  `alter table campaigns
    add column cards text not null default 'new' check (cards in ('new', 'any')),
    add column gifted boolean not null default false`,

  // One row per card that was reported to us. Each time is the earliest that its source reported, so that repeats and
  // their order change nothing; a card has earned when it is active and there is proof of when it was taken.
  `alter table card_openings
    -- By WeChat's user_get_card.
    add column taken_at timestamptz,
    -- The merchant's signed card.opened.
    add column vouched_at timestamptz,
    -- When we asked WeChat to activate it, WeChat having said that it was not active. Counts once it is.
    add column activated_at timestamptz,
    -- Fetched back after it was deleted: what follows proves nothing of its taking.
    add column restored_at timestamptz,
    add column active_at timestamptz,
    -- Handed on by another person.
    add column gifted boolean not null default false`,
  `update card_openings set active_at = opened_at, vouched_at = case when source = 'event' then opened_at end`,
  // The stored user_get_card pushes say when each card was taken.
  `update card_openings set taken_at = told.at
    from (
      select merchant_id, body->>'CardId' as card_id, body->>'UserCardCode' as card_code,
             min(to_timestamp((body->>'CreateTime')::bigint)) as at
      from inbox where source = 'oa' and body->>'Event' = 'user_get_card'
      group by 1, 2, 3
    ) as told
    where card_openings.merchant_id = told.merchant_id and card_openings.card_id = told.card_id
      and card_openings.card_code = told.card_code`,
  // Processes of the previous release still write it; it is no longer read.
  `alter table card_openings alter column opened_at drop not null`,
  `create index card_openings_unproven on card_openings (merchant_id, active_at)
    where taken_at is null and vouched_at is null and activated_at is null and restored_at is null`,

  // Cards and members from before paycoupon, as the merchant listed them: they never earn as new.
  `create table earlier_cards (
    merchant_id bigint not null references merchants,
    card_id text not null,
    card_code text not null,
    primary key (merchant_id, card_id, card_code)
  )`,
  `create table earlier_members (
    merchant_id bigint not null references merchants,
    openid text not null,
    primary key (merchant_id, openid)
  )`,

  // The same id under two types means two events.
  `update inbox set business_key = (body->>'type') || '/' || business_key where source = 'events'`,
]
