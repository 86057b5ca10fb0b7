import { type Kysely, sql } from 'kysely'

/**
 * How many payment rows of a merchant's part of a file were set aside, with their sum: of single rows only some are kept.
 * Only adds: a process of the release before neither reads nor writes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table wechat_file_shares add column aside_payments bigint not null default 0,
    add column aside_fen bigint not null default 0`.execute(db)
}
