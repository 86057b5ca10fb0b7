import type { Db } from '../plumbing/storage/database.ts'

/** A choice is read by a person. */
const namesAtMost = 200

/** The names of these merchants, the oldest first, at most 200. Throws what the database throws. */
export function merchantNames(db: Db, merchantIds: number[]): Promise<{ slug: string; name: string }[]> {
  return db
    .selectFrom('merchants')
    .select(['slug', 'name'])
    .where('id', 'in', merchantIds)
    .orderBy('id')
    .limit(namesAtMost)
    .execute()
}
