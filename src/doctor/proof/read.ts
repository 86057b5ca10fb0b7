import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'

/**
 * Runs one of the proof's long reads with the memory that it needs (some hash tables of 64 MB), and without two costly
 * mistakes of the planner. It cannot know how many members a limit has, so it would sort millions where it expects a
 * few, and it would compile code for a statement that runs only a moment.
 */
export async function read<T>(db: Db, query: RawBuilder<T>): Promise<T[]> {
  return db.transaction().execute(async (trx) => {
    for (const setting of settings) await sql.raw(`set local ${setting}`).execute(trx)
    return (await query.execute(trx)).rows
  })
}

const settings = ["work_mem = '64MB'", 'enable_sort = off', 'jit = off']
