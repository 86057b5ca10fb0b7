import { z } from 'zod'
import { checkFile } from '../plumbing/files/check-file.ts'
import { lineOfText } from '../plumbing/files/readable-text.ts'
import { Unusable } from '../plumbing/unusable.ts'
import { type AccountKeys, readAccountKeys } from './account-keys.ts'
import { apiV3Key } from './api-v3-key.ts'
import { cardEntries, cardFaults } from './card-entries.ts'

export type MerchantFile = z.output<typeof merchantSchema>
export type AccountEntry = MerchantFile['accounts'][number]
/** An account of the file with its keys read; `keys` is undefined when the account is only a number. */
export type ReadAccount = { entry: AccountEntry; keys: AccountKeys | undefined }

/**
 * Reads and checks a merchant file (docs/merchant/merchant-file.md). Throws `Unusable` that names every fault and
 * quotes no value.
 */
export function readMerchantFile(file: unknown, now: Date): { merchant: MerchantFile; accounts: ReadAccount[] } {
  const merchant = checkFile(merchantSchema, file)
  const faults: string[] = []
  const accounts = merchant.accounts.map((entry, index) => {
    const { keys, faults: found } = readAccountKeys(entry, now)
    faults.push(...found.map((fault) => `accounts[${index}].${fault}`))
    return { entry, keys }
  })
  merchant.accounts.forEach(({ role, appid }, index) => {
    if (role === 'sender' && appid !== undefined) faults.push(`accounts[${index}].appid: ${ofSender}`)
  })
  faults.push(...cardFaults(merchant, accounts, now))
  const numbers = merchant.accounts.map((account) => account.mchid)
  if (new Set(numbers).size < numbers.length) faults.push('accounts: a merchant number is listed twice')
  if (!merchant.accounts.some((account) => account.role === 'sender'))
    faults.push('accounts: needs at least one sender')
  if (faults.length > 0) throw new Unusable(faults)
  return { merchant, accounts }
}

/** The pace must not exceed WeChat's 500 per second (docs/wechat/pay-v3.md 3). */
const sendsPerSecondAtMost = 500
export const sendsPerSecondByDefault = 450
/** Standard Webhooks asks for 24 to 64 bytes. */
const eventsSecretBytes = { least: 24, most: 64 }

const pem = z.string().trim()

const ofSender = "is for a provider: a sender sends with the Official Account's appid"
const encodingAesKey = z.string().regex(/^[A-Za-z0-9+/]{43}$/, 'must be the 43 characters of the EncodingAESKey')

/** What the console asks for one by one, by the rules of the file. */
export const merchantFields = {
  slug: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be up to 40 small letters, digits and hyphens'),
  name: lineOfText.min(1, 'must not be empty').max(100),
  appid: z.string().regex(/^wx[0-9a-zA-Z]{16}$/, 'must be wx and 16 letters and digits'),
  app_secret: z.string().regex(/^\S{8,128}$/, 'must be the AppSecret, without spaces'),
  original_id: z.string().regex(/^gh_[0-9A-Za-z]+$/, 'must begin with gh_'),
  message_token: z.string().regex(/^\S{3,64}$/, 'must be the token of the message push, without spaces'),
  encoding_aes_key: encodingAesKey,
  mchid: z.string().regex(/^[0-9]{6,32}$/, 'must be a merchant number, digits only'),
  public_key_id: z.string().regex(/^PUB_KEY_ID_[0-9A-Za-z]+$/, 'must begin with PUB_KEY_ID_'),
  domain_file: z.string().regex(/^MP_verify_[0-9A-Za-z]+\.txt$/, 'must be named MP_verify_….txt'),
  domain_text: lineOfText.max(200),
}
const fields = merchantFields

const accountSchema = z.strictObject({
  mchid: fields.mchid,
  role: z.enum(['sender', 'provider'], 'must be sender or provider'),
  appid: fields.appid.optional(),
  serial_no: z.string().trim().optional(),
  certificate: pem.optional(),
  private_key: pem.optional(),
  api_v3_key: apiV3Key.optional(),
  api_v2_key: z
    .string()
    .regex(/^[0-9A-Za-z]{32}$/, 'must be 32 letters and digits')
    .optional(),
  api_v2_sign_type: z.enum(['MD5', 'HMAC-SHA256'], 'must be MD5 or HMAC-SHA256').optional(),
  public_key_id: fields.public_key_id.optional(),
  public_key: pem.optional(),
  platform_certificates: z.array(pem).optional(),
  sends_per_second: z.int('must be a whole number').min(1).max(sendsPerSecondAtMost).default(sendsPerSecondByDefault),
})

const merchantSchema = z.strictObject({
  slug: fields.slug,
  name: fields.name,
  official_account: z.strictObject({
    appid: fields.appid,
    app_secret: fields.app_secret,
    original_id: fields.original_id.optional(),
    message_token: fields.message_token.optional(),
    encoding_aes_key: encodingAesKey.optional(),
    previous_encoding_aes_key: encodingAesKey.optional(),
  }),
  accounts: z.array(accountSchema).min(1, 'needs at least one account'),
  card_products: cardEntries.default([]),
  events_secret: z.string().refine(isEventsSecret, 'must be whsec_ and base64 of 24 to 64 bytes').optional(),
  page_script: z.boolean('must be true or false').default(true),
  domain_verification: z.record(fields.domain_file, fields.domain_text).default({}),
})

function isEventsSecret(text: string): boolean {
  const [, encoded = ''] = /^whsec_([0-9A-Za-z+/]+={0,2})$/.exec(text) ?? []
  const bytes = Buffer.from(encoded, 'base64').length
  return bytes >= eventsSecretBytes.least && bytes <= eventsSecretBytes.most
}
