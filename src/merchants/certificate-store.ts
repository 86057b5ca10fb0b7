import type { Db } from '../plumbing/storage/database.ts'
import type { CertificateStore } from '../wechat/pay/types.ts'

/** Keeps WeChat's platform certificates of an account in the database, so that a restart needs no download. */
export function certificateStore(db: Db, accountId: number): CertificateStore {
  return {
    async load() {
      const rows = await db
        .selectFrom('platform_certificates')
        .selectAll()
        .where('account_id', '=', accountId)
        .execute()
      return rows.map((row) => ({
        serialNo: row.serial_no,
        certificate: row.certificate,
        effectiveAt: row.effective_at,
        expiresAt: row.expires_at,
      }))
    },
    async save(certificates) {
      if (certificates.length === 0) return
      const rows = certificates.map((certificate) => ({
        account_id: accountId,
        serial_no: certificate.serialNo,
        certificate: certificate.certificate,
        effective_at: certificate.effectiveAt,
        expires_at: certificate.expiresAt,
      }))
      await db
        .insertInto('platform_certificates')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['account_id', 'serial_no']).doUpdateSet((row) => ({
            certificate: row.ref('excluded.certificate'),
            effective_at: row.ref('excluded.effective_at'),
            expires_at: row.ref('excluded.expires_at'),
          })),
        )
        .execute()
    },
  }
}
