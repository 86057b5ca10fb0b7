import { writeAudit } from '../../operators/audit/write.ts'
import { doerOf, type Person } from '../../operators/rights/person.ts'
import { ofMerchant } from '../../operators/rights/scope.ts'
import { Secret } from '../../plumbing/secrets/secret.ts'
import type { Db } from '../../plumbing/storage/database.ts'
import { proveKeys } from '../../wechat/pay/prove-keys.ts'
import type { PayKeys, PlatformCertificate } from '../../wechat/pay/types.ts'
import { applyAccount } from '../apply-account.ts'
import type { Merchant } from '../merchant.ts'
import { sendsPerSecondByDefault } from '../merchant-file.ts'
import { payWall } from '../pay-wall.ts'
import { probeSoon } from '../probe-soon.ts'
import { readMerchant } from '../read-merchant.ts'
import { openSealer } from '../sealer.ts'
import { type Candidate, type GivenKeys, readCandidate } from './candidate.ts'
import { keyFacts } from './key-facts.ts'
import { wrongProof } from './key-words.ts'
import { after } from './merchant-row.ts'
import { type Parts, requireMayManage } from './parts.ts'
import { refuseIfWrong } from './wrong-fields.ts'

/** What a test of keys has proven. */
export type Proven = { mchid: string; by: 'certificates' | 'public_key' }

/**
 * Tests keys by one signed call to WeChat, and only then puts them in the place of the number's old ones, which sign
 * until that moment; WeChat accepts either (docs/wechat/pay-v3.md 6). Throws `Declined`, and `WrongFields` with the cause
 * and the cure; then nothing was changed.
 */
export async function replaceKeysFor(
  services: Parts,
  person: Person,
  { id }: Pick<Merchant, 'id'>,
  given: GivenKeys,
): Promise<Proven> {
  requireMayManage(services, person, { id })
  const { db, secrets, clock, catalog } = services
  const merchant = (await readMerchant(db, secrets, { id }))!
  const certificates = await certificatesOf(db, id)
  const certificateOf = ({ id: accountId }: { id: number }) => certificates.get(accountId)
  const candidate = readCandidate(given, merchant, { certificateOf, now: clock.now() })
  const platform = await prove(services, candidate)
  await db.transaction().execute((trx) => store({ ...services, db: trx }, person, id, { candidate, platform }))
  catalog.forget()
  return { mchid: candidate.mchid, by: candidate.publicKeyId === undefined ? 'certificates' : 'public_key' }
}

async function certificatesOf(db: Db, merchantId: number): Promise<Map<number, string | undefined>> {
  const rows = await db
    .selectFrom('accounts')
    .select(['id', 'certificate'])
    .where('merchant_id', '=', merchantId)
    .execute()
  return new Map(rows.map((row) => [row.id, row.certificate ?? undefined]))
}

async function prove({ config, walls, clock, log }: Parts, candidate: Candidate): Promise<PlatformCertificate[]> {
  const { payUrl: mainUrl, payBackupUrl: backupUrl } = config.wechat
  const { mchid } = candidate
  const proof = await proveKeys(payKeys(candidate), { mainUrl, backupUrl, wall: payWall(walls, mchid), clock, log })
  if (proof.fault === undefined) return proof.certificates
  refuseIfWrong([wrongProof(proof.fault, { mchid, said: proof.said })])
  return []
}

function payKeys({ mchid, keys, publicKeyId, publicKey }: Candidate): PayKeys {
  const { serialNo, privateKey, apiV3Key } = keys
  return { mchid, serialNo, privateKey: new Secret(privateKey), apiV3Key: new Secret(apiV3Key), publicKeyId, publicKey }
}

type Tested = { candidate: Candidate; platform: PlatformCertificate[] }

/** The account as it is now with other keys, and the audit's row of it. `services.db` is the deed's transaction. */
async function store(services: Parts, person: Person, id: number, { candidate, platform }: Tested): Promise<void> {
  const { db, secrets, clock } = services
  const { mchid, role, publicKeyId, publicKey, keys } = candidate
  await db.selectFrom('merchants').select('id').where('id', '=', id).forUpdate().execute()
  const merchant = (await readMerchant(db, secrets, { id }))!
  const before = merchant.accounts.find((account) => account.mchid === mchid)
  const now = after(before?.updatedAt, clock.now())
  const entry = {
    mchid,
    role,
    appid: before?.appid,
    api_v2_key: before?.apiV2Key?.reveal(),
    api_v2_sign_type: before?.apiV2SignType,
    sends_per_second: before?.sendsPerSecond ?? sendsPerSecondByDefault,
    public_key_id: publicKeyId,
    public_key: publicKey,
  }
  const old = await keyFacts(db, id, mchid)
  await applyAccount(
    db,
    { sealer: openSealer(secrets), secrets },
    merchant,
    { entry, keys: { ...keys, platformCertificates: platform } },
    now,
  )
  const proven = db.updateTable('accounts').set({ keys_proven_at: now })
  await proven.where('merchant_id', '=', id).where('mchid', '=', mchid).execute()
  await probeSoon(db, id, now)
  const deed = { at: now, by: doerOf(person), act: 'keys_replaced', scope: ofMerchant(id), subject: mchid } as const
  await writeAudit(db, { ...deed, before: old, after: await keyFacts(db, id, mchid) })
}
