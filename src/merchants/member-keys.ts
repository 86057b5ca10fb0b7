import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMarkInSql } from '../members/member-mark.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import { merchantPlace } from './secret-places.ts'

const keyBytes = 32

/** A new member key, sealed for its merchant. */
export function newMemberKey(secrets: Secrets, slug: string): string {
  return secrets.seal(randomBytes(keyBytes).toString('hex'), merchantPlace(slug, 'member_key'))
}

/**
 * Gives each merchant of release 0.1 a member key, and replaces openids in scopes and trigger keys with the members'
 * marks. One transaction per merchant. Returns the number of merchants; safe to repeat.
 */
export async function giveMemberKeys(db: Db, secrets: Secrets): Promise<number> {
  const merchants = await db
    .selectFrom('merchants')
    .select(['id', 'slug'])
    .where('member_key_sealed', 'is', null)
    .execute()
  for (const { id, slug } of merchants) {
    const sealed = newMemberKey(secrets, slug)
    const mark = (openid: ReturnType<typeof sql>) =>
      memberMarkInSql(secrets.open(sealed, merchantPlace(slug, 'member_key')), openid)
    await db.transaction().execute(async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('merchants')
        .set({ member_key_sealed: sealed })
        .where('id', '=', id)
        .where('member_key_sealed', 'is', null)
        .executeTakeFirst()
      // Another process was first.
      if (numUpdatedRows === 0n) return
      // As release 0.1 spelled them: campaign/3/member/OPENID, campaign/3/member/OPENID/20261123, stock/7/member/OPENID.
      await sql`
        update slots set scope = concat_ws('/', split_part(scope, '/', 1), split_part(scope, '/', 2), 'member',
          ${mark(sql`split_part(scope, '/', 4)`)}, nullif(split_part(scope, '/', 5), ''))
        where merchant_id = ${id} and scope like '%/member/%'`.execute(trx)
      await sql`
        update grants set trigger_key = replace(trigger_key, openid, ${mark(sql`openid`)})
        where merchant_id = ${id}`.execute(trx)
    })
  }
  return merchants.length
}
