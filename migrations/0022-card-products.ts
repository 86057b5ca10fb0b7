import { type Kysely, sql } from 'kysely'

/**
 * Member cards of WeChat Pay, beside those of the Official Account: which card is of which product, and each joining of
 * a member from WeChat's notice to the card that is in force. Only adds: a process of the release before leaves messages
 * of the source `cards` to a newer one.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Cards that the merchant file connects. A brand that signs for itself has its own keys, which no number shares.
  `create table card_products (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    card_id text not null,
    kind text not null check (kind in ('brand_partner', 'brand', 'membercard_open')),
    mchid text,
    brand_id text,
    confirm text not null check (confirm in ('us', 'crm')),
    code_mode text not null check (code_mode in ('system', 'merchant')),
    serial_no text,
    private_key_sealed text,
    api_key_sealed text,
    public_key_id text,
    public_key text,
    updated_at timestamptz not null,
    unique (merchant_id, card_id),
    check ((kind = 'brand') = (mchid is null)),
    check ((kind = 'membercard_open') = (brand_id is null)),
    check ((kind = 'brand') = (private_key_sealed is not null and api_key_sealed is not null and serial_no is not null
      and public_key_id is not null and public_key is not null))
  )`,

  // One row per joining: what is named by card, member and the time of taking. WeChat counts nobody as a member before
  // the merchant has confirmed, so an open row is work that is owed.
  `create table card_joins (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    card_id text not null,
    openid text not null,
    picked_up_at timestamptz not null,
    -- Where the merchant gives the codes, ours until WeChat names another.
    card_code text,
    -- In force when it was first told of, before anybody confirmed: it came by an order or an import.
    told_in_force boolean not null,
    state text not null check (state in ('open', 'in_force', 'existing', 'refused', 'given_up')),
    first_seen_at timestamptz not null,
    settled_at timestamptz,
    -- WeChat's code and words, or what was last waited for.
    note text,
    unique (merchant_id, card_id, openid, picked_up_at),
    check ((state = 'open') = (settled_at is null))
  )`,
  `create index card_joins_unsettled on card_joins (merchant_id, first_seen_at) where state in ('open', 'refused', 'given_up')`,

  `alter table card_openings
    -- Deleted by the member; the row stays, since who has had a card is not new.
    add column deleted_at timestamptz,
    drop constraint card_openings_source_check,
    add constraint card_openings_source_check
      check (source in ('landing', 'event', 'oa', 'brand_partner', 'brand', 'membercard_open'))`,

  // Setting where WeChat tells of a card's members is an act at WeChat too.
  `alter table provider_acts
    drop constraint provider_acts_act_check,
    add constraint provider_acts_act_check check (act in
      ('create', 'activate', 'pause', 'restart', 'set_callback', 'set_card_notices', 'upload_image'))`,

  `alter table inbox
    drop constraint inbox_source_check,
    add constraint inbox_source_check check (source in ('events', 'oa', 'pay', 'cards'))`,
]
