import type { Db } from '../plumbing/storage/database.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import { openSeed, sealSeed } from './authenticator.ts'

/**
 * Seals again, with the first MASTER_KEY, the authenticators that an older key sealed. What sessions hold is forgotten
 * instead: it is shown once, within the hour. Returns the number of seeds.
 */
export function resealSeeds(db: Db, secrets: Secrets): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const rows = await trx
      .selectFrom('operators')
      .select(['id', 'totp_sealed'])
      .where('totp_sealed', 'is not', null)
      .forUpdate()
      .execute()
    const older = rows.filter(({ totp_sealed }) => secrets.needsResealing(totp_sealed!))
    for (const { id, totp_sealed } of older) {
      const sealed = sealSeed(secrets, id, openSeed(secrets, id, totp_sealed!))
      await trx.updateTable('operators').set({ totp_sealed: sealed }).where('id', '=', id).execute()
    }
    if (older.length > 0) {
      await trx.updateTable('operator_sessions').set({ seed_sealed: null, notice_sealed: null }).execute()
    }
    return older.length
  })
}
