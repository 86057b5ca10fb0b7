import { X509Certificate } from 'node:crypto'
import type { Db } from '../../plumbing/storage/database.ts'
import { certificateEnd } from '../certificate-end.ts'

/** What of an account's keys may be told, for the audit; undefined before the first keys. */
export async function keyFacts(
  db: Db,
  merchantId: number,
  mchid: string,
): Promise<Record<string, unknown> | undefined> {
  const row = await db
    .selectFrom('accounts')
    .select(['mchid', 'role', 'serial_no', 'certificate', 'public_key_id', 'keys_set_at', 'updated_at'])
    .where('merchant_id', '=', merchantId)
    .where('mchid', '=', mchid)
    .executeTakeFirst()
  if (!row?.serial_no) return undefined
  const ends = row.certificate && certificateEnd(new X509Certificate(row.certificate), row.updated_at).date
  return { mchid, role: row.role, serial_no: row.serial_no, ends, verified_by: row.public_key_id ?? '平台证书' }
}
