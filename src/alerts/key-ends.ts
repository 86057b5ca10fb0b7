import { X509Certificate } from 'node:crypto'
import { certificateEnd } from '../merchants/certificate-end.ts'
import { dayMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { FoundWarning } from './warnings.ts'

/** So many days before a certificate's end an operator is told of it, once each. */
const daysAhead = [1, 7, 14, 30, 60] as const

/** A certificate whose end is near or past. `daysAhead` 0: it has ended. */
export type KeyEnd = { accountId: number; serialNo: string; daysAhead: number; warning: FoundWarning }

/** An account as far as its certificates tell an end. */
export type Dated = {
  id: number
  mchid: string
  serial_no: string | null
  certificate: string | null
  public_key_id: string | null
}

/**
 * What of an account's keys ends soon: its own certificate, and the last of WeChat's platform certificates where they
 * verify (docs/wechat/pay-v3.md 1.5, 6). A public key has no end.
 */
export async function keyEndsOf(db: Db, account: Dated, now: Date): Promise<KeyEnd[]> {
  const own = account.certificate ? endOf('certificate', account, new X509Certificate(account.certificate), now) : []
  if (account.public_key_id !== null || account.serial_no === null) return own
  const last = await db
    .selectFrom('platform_certificates')
    .select('certificate')
    .where('account_id', '=', account.id)
    .orderBy('expires_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last ? [...own, ...endOf('platform_certificate', account, new X509Certificate(last.certificate), now)] : own
}

function endOf(
  what: 'certificate' | 'platform_certificate',
  { id, mchid }: Dated,
  certificate: X509Certificate,
  now: Date,
): KeyEnd[] {
  const { date, days, leftMs } = certificateEnd(certificate, now)
  const step = leftMs <= 0 ? 0 : daysAhead.find((ahead) => leftMs <= ahead * dayMs)
  if (step === undefined) return []
  const kind = step === 0 ? (`${what}_ended` as const) : (`${what}_ends` as const)
  const warning = { kind, subject: mchid, facts: { date, days: Math.max(0, days) } }
  return [{ accountId: id, serialNo: certificate.serialNumber, daysAhead: step, warning }]
}
