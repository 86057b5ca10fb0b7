import { X509Certificate } from 'node:crypto'
import { readAccountKeys } from '../merchants/account-keys.ts'
import { apiV3Key } from '../merchants/api-v3-key.ts'
import type { Account } from '../merchants/merchant.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'
import { finding, type Finding } from './findings.ts'
import { certificateEnd } from '../merchants/certificate-end.ts'

/**
 * Whether an account's stored keys can be parsed and belong together, and how long its certificate is valid
 * (docs/going-live.md, steps 6 to 8).
 */
export async function checkKeys({ db, clock }: Services, account: Account): Promise<Finding[]> {
  const { mchid, role, keys } = account
  const now = clock.now()
  const certificate = await storedCertificate(db, account)
  const { faults } = readAccountKeys(
    {
      mchid,
      role,
      serial_no: keys?.serialNo,
      certificate,
      private_key: keys?.privateKey.reveal(),
      api_v3_key: keys?.apiV3Key.reveal(),
      public_key_id: keys?.publicKeyId,
      public_key: keys?.publicKey,
    },
    now,
  )
  if (!apiV3Key.safeParse(keys?.apiV3Key.reveal()).success)
    faults.push('api_v3_key: must be 32 random letters and digits')
  // The certificate's date has its own finding.
  const wrong = faults.filter((fault) => !/has expired|not valid yet/.test(fault))
  return [
    wrong.length > 0 ? finding('keys_wrong', { mchid, faults: wrong.join('; ') }) : finding('keys_right', { mchid }),
    checkDate(mchid, certificate, now),
  ]
}

/** The account's own certificate (PEM); undefined where only its serial number was given. */
export async function storedCertificate(db: Db, { id }: Account): Promise<string | undefined> {
  const row = await db.selectFrom('accounts').select('certificate').where('id', '=', id).executeTakeFirst()
  return row?.certificate ?? undefined
}

function checkDate(mchid: string, pem: string | undefined, now: Date): Finding {
  if (!pem) return finding('certificate_unknown', { mchid })
  const { date, days, isNear } = certificateEnd(new X509Certificate(pem), now)
  const facts = { mchid, date, days }
  if (days < 0) return finding('certificate_ended', facts)
  return finding(isNear ? 'certificate_ends_soon' : 'certificate_in_date', facts)
}
