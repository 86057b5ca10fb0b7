import { X509Certificate } from 'node:crypto'
import type { Merchant } from '../merchants/merchant.ts'
import { certificateEnd } from '../merchants/certificate-end.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { AccountRole } from '../plumbing/storage/schema.ts'
import { lastSent } from './last-sent.ts'

/** A merchant number with what may be told of its keys. */
export type NumberLine = {
  mchid: string
  role: AccountRole
  hasKeys: boolean
  serialNo: string | undefined
  /** Of its certificate; undefined where only the serial is known. */
  ends: { date: string; days: number; isNear: boolean } | undefined
  verifiedBy: 'certificates' | 'public_key' | undefined
  publicKeyId: string | undefined
  /** Unknown for keys that were set before this was kept. */
  setAt: Date | undefined
  /** When WeChat last accepted a test of its keys or a coupon that it sent. */
  lastGoodAt: Date | undefined
}

/** The numbers of a merchant, in the order in which they were added. */
export async function numbersOf(
  { db, clock }: { db: Db; clock: Clock },
  { id, accounts }: Merchant,
): Promise<NumberLine[]> {
  const rows = await db
    .selectFrom('accounts')
    .select(['id', 'certificate', 'keys_set_at', 'keys_proven_at'])
    .where('merchant_id', '=', id)
    .execute()
  const sent = await lastSent(db, id)
  return accounts.map((account) => {
    const row = rows.find((one) => one.id === account.id)
    const { keys, mchid, role } = account
    const good = [row?.keys_proven_at, sent.find((one) => one.account_id === account.id)?.at].flatMap((at) => at ?? [])
    return {
      mchid,
      role,
      hasKeys: keys !== undefined,
      serialNo: keys?.serialNo,
      ends: row?.certificate ? certificateEnd(new X509Certificate(row.certificate), clock.now()) : undefined,
      verifiedBy: keys && (keys.publicKeyId === undefined ? 'certificates' : 'public_key'),
      publicKeyId: keys?.publicKeyId,
      setAt: row?.keys_set_at ?? undefined,
      lastGoodAt: good.toSorted((a, b) => b.getTime() - a.getTime())[0],
    }
  })
}
