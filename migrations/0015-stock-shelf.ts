import { type Kysely, sql } from 'kysely'

/**
 * Whether a stock is offered when a campaign is edited (上架, 下架); WeChat knows nothing of it. Only adds: a process of
 * the release before offers every stock.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table stocks add column on_shelf boolean not null default true`.execute(db)
}
