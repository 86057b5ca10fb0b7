import { type Cache, kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'

type Files = Map<string, string>

/** Read as a whole: then a flood of made-up names costs one query in a second. */
const files = kept<'all', Files>({ most: 1, ageMs: 1_000 })

/**
 * The text of WeChat's domain verification file `name`, from the merchant that has it: the files of all merchants are
 * at the root of the one host (docs/wechat/official-account.md 1.7). Of two merchants the older one has it.
 */
export async function findDomainFile(
  { db, cache }: { db: Db; cache: Cache },
  name: string,
): Promise<string | undefined> {
  return (await cache.read(files, 'all', () => readFiles(db))).get(name)
}

async function readFiles(db: Db): Promise<Files> {
  const rows = await db.selectFrom('merchants').select('domain_verification').orderBy('id', 'desc').execute()
  return new Map(rows.flatMap((row) => Object.entries(row.domain_verification)))
}
