import type { Db } from '../plumbing/storage/database.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import { filePlace } from './pieces.ts'

/**
 * Seals again, with the first MASTER_KEY, the keys of kept files that an older key sealed; the files themselves stay as
 * they are. Returns the number of keys. Throws when one does not open; then nothing was changed.
 */
export function resealFileKeys(db: Db, secrets: Secrets): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const rows = await trx
      .selectFrom('wechat_files')
      .select(['id', 'key_sealed'])
      .where('key_sealed', 'is not', null)
      .forUpdate()
      .execute()
    const older = rows.filter(({ key_sealed }) => secrets.needsResealing(key_sealed!))
    for (const { id, key_sealed } of older) {
      const sealed = secrets.seal(secrets.open(key_sealed!, filePlace(id)).reveal(), filePlace(id))
      await trx.updateTable('wechat_files').set({ key_sealed: sealed }).where('id', '=', id).execute()
    }
    return older.length
  })
}
