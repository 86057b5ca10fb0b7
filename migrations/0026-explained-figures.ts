import { type Kysely, sql } from 'kysely'

/**
 * How large a difference was when somebody named its cause: one that has grown since has none. Null in what was written
 * before. Only adds: a process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table day_explanations add column count bigint, add column fen bigint`.execute(db)
}
