import { type Kysely, sql } from 'kysely'

/**
 * For the console's pages about campaigns: a campaign's newest grants and refusals, however many rows there are, and
 * what owners are told of. Only adds: a process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  `create index grants_of_campaign on grants (campaign_id, id)`,
  `create index coupons_refused on coupons (merchant_id, grant_id) where state = 'refused'`,

  // What owners and a provider's people are told of. mailed_at: null until it was mailed, or is not to be.
  `create table notices (
    id bigint generated always as identity primary key,
    merchant_id bigint not null references merchants,
    at timestamptz not null,
    by text not null,
    words text not null check (length(words) between 1 and 500),
    mailed_at timestamptz
  )`,
  `create index on notices (merchant_id, id)`,
  `create index notices_to_mail on notices (id) where mailed_at is null`,
]
