import { readAccountKeys, type AccountKeys } from '../account-keys.ts'
import { apiV3Key } from '../api-v3-key.ts'
import type { KeyFile } from '../key-files/key-file.ts'
import { commonNameOf, type FoundKeys, readKeyFiles } from '../key-files/read-key-files.ts'
import type { Account, Merchant } from '../merchant.ts'
import type { AccountRole } from '../../plumbing/storage/schema.ts'
import { wrongField } from './field-words.ts'
import { wrongFile, wrongKey, wrongLength } from './key-words.ts'
import { refuseIfWrong, type WrongField } from './wrong-fields.ts'

/** A form with keys, as it was filled in. Empty texts are fields that were left out. */
export type GivenKeys = {
  files: KeyFile[]
  mchid: string
  role: AccountRole | undefined
  api_v3_key: string
  public_key_id: string
  /** The person says that a certificate with another number is right. */
  confirmed: boolean
}

/** Keys that belong together by all that can be checked without WeChat. */
export type Candidate = {
  mchid: string
  role: AccountRole
  keys: AccountKeys
  publicKeyId: string | undefined
  publicKey: string | undefined
}

/**
 * Reads given keys; what is left out stays as the account has it, so that a new certificate can come alone. The number is
 * the certificate's own where none is given, and a number that the merchant does not have yet is a sender's. Throws
 * `WrongFields` with a sentence for each fault; no value is quoted but the certificate's number.
 */
export function readCandidate(
  given: GivenKeys,
  merchant: Merchant,
  { certificateOf, now }: { certificateOf: (account: Account) => string | undefined; now: Date },
): Candidate {
  const found = given.files.length > 0 ? readKeyFiles(given.files) : nothing
  if (typeof found === 'string') refuseIfWrong([wrongFile(found)])
  const { privateKey, certificate, publicKey } = found as FoundKeys
  const named = certificate === undefined ? undefined : commonNameOf(certificate)
  const mchid = given.mchid || (/^\d{6,32}$/.test(named ?? '') ? named! : '')
  const before = merchant.accounts.find((account) => account.mchid === mchid)
  const { keys: held } = before ?? {}
  if (privateKey === undefined && !held) refuseIfWrong([wrongFile('nothing')])
  refuseIfWrong(numberFaults(mchid))
  const own =
    privateKey === undefined && before && held
      ? { private_key: held.privateKey.reveal(), certificate: certificateOf(before), serial_no: held.serialNo }
      : { private_key: privateKey, certificate }
  const isRenewed = publicKey !== undefined || given.public_key_id !== ''
  const entry = {
    mchid,
    role: before?.role ?? given.role ?? ('sender' as const),
    ...own,
    api_v3_key: given.api_v3_key || held?.apiV3Key.reveal(),
    public_key_id: isRenewed ? given.public_key_id || undefined : held?.publicKeyId,
    public_key: isRenewed ? publicKey : held?.publicKey,
  }
  const { keys, faults } = readAccountKeys(entry, now)
  refuseIfWrong([
    ...faults.map(wrongKey),
    ...apiV3KeyFaults(given.api_v3_key, before),
    ...(given.public_key_id === '' ? [] : wrongField('public_key_id', given.public_key_id)),
  ])
  if (!given.confirmed && named !== undefined && named !== mchid) refuseIfWrong([otherNumber(named, mchid)])
  return { mchid, role: entry.role, keys: keys!, publicKeyId: entry.public_key_id, publicKey: entry.public_key }
}

const nothing: FoundKeys = { privateKey: undefined, certificate: undefined, publicKey: undefined }

function numberFaults(mchid: string): WrongField[] {
  if (mchid === '') return [{ name: 'mchid', text: '证书里没有写商户号：请填写商户号' }]
  return wrongField('mchid', mchid)
}

function apiV3KeyFaults(key: string, account: Account | undefined): WrongField[] {
  if (key === '') return []
  if (key === account?.apiV2Key?.reveal())
    return [{ name: 'api_v3_key', text: '这是旧的 API 密钥（v2），不是 APIv3 密钥：两个密钥分别设置，请填 APIv3 密钥' }]
  if (!/^[0-9A-Za-z]{32}$/.test(key)) return [wrongLength(key.length)]
  const { error } = apiV3Key.safeParse(key)
  return (error?.issues ?? []).map(({ message }) => wrongKey(`api_v3_key: ${message}`))
}

/** The name is usually the number, but WeChat's documents do not promise it (docs/wechat/pay-v3.md 6). */
function otherNumber(named: string, mchid: string): WrongField {
  const text = `证书上写的是 ${named.slice(0, 64)}，不是商户号 ${mchid}：通常是选错了文件。确认没有选错，请勾选“证书没有选错”，重新选择文件后再测试`
  return { name: 'confirmed', text }
}
