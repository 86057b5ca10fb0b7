import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'

/**
 * The text of WeChat's domain verification file `name`, from the merchant that has it: the files of all merchants are
 * at the root of the one host (docs/wechat/official-account.md 1.7).
 */
export async function findDomainFile(db: Db, name: string): Promise<string | undefined> {
  const found = await db
    .selectFrom('merchants')
    .select(sql<string>`domain_verification ->> ${name}`.as('text'))
    .where(sql<boolean>`domain_verification ->> ${name} is not null`)
    .orderBy('id')
    .executeTakeFirst()
  return found?.text
}
