import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'

/**
 * Runs one of the proof's long reads with the memory that it needs (some hash tables of 64 MB, and never two at a time by
 * one process), and without the planner's two costly mistakes: it cannot know how many members there are under a limit,
 * and would sort millions where it believes in a few, or compile code for what runs a moment.
 */
export async function read<T>(db: Db, query: RawBuilder<T>): Promise<T[]> {
  return db.transaction().execute(async (trx) => {
    for (const setting of settings) await sql.raw(`set local ${setting}`).execute(trx)
    return (await query.execute(trx)).rows
  })
}

const settings = ["work_mem = '64MB'", 'enable_sort = off', 'jit = off']
