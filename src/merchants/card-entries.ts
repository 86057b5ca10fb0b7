import { z } from 'zod'
import { readAccountKeys } from './account-keys.ts'
import { anyCardOf } from './any-card.ts'

const id = (pattern: RegExp, words: string) => z.string().regex(pattern, words)
const pem = z.string().trim()

const shared = {
  card_id: id(/^[0-9A-Za-z_-]{1,32}$/, "must be WeChat's card_id").optional(),
  appid: id(/^wx[0-9a-zA-Z]{16}$/, 'must be wx and 16 letters and digits').optional(),
}
const mchid = id(/^[0-9]{6,32}$/, 'must be a merchant number, digits only')
const ofBrand = {
  brand_id: id(/^[0-9A-Za-z_-]{1,32}$/, "must be WeChat's brand_id"),
  confirm: z.enum(['us', 'crm'], 'must be us or crm: who tells WeChat that a member has joined').default('us'),
  code_mode: z.enum(['system', 'merchant'], 'must be system or merchant').default('system'),
}

const cardEntry = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('brand_partner'), ...shared, ...ofBrand, mchid }),
    z.strictObject({
      kind: z.literal('brand'),
      ...shared,
      ...ofBrand,
      serial_no: z.string().trim().optional(),
      certificate: pem.optional(),
      private_key: pem,
      api_key: id(/^[0-9A-Za-z]{32}$/, 'must be exactly 32 letters and digits'),
      public_key_id: id(/^PUB_KEY_ID_[0-9A-Za-z]+$/, 'must begin with PUB_KEY_ID_'),
      public_key: pem,
    }),
    z.strictObject({ kind: z.literal('membercard_open'), ...shared, mchid }),
    // The card of 微信卡券: it needs nothing here.
    z.strictObject({ kind: z.literal('official_account'), ...shared }),
  ],
  { error: 'kind must be official_account, brand_partner, brand or membercard_open' },
)

/** The member cards in a merchant file (docs/merchant/merchant-file.md). */
export const cardEntries = z.array(cardEntry).transform((entries) => entries.map(named))
export type CardEntry = z.output<typeof cardEntries>[number]
export type BrandEntry = Extract<CardEntry, { kind: 'brand' }>

/** Without an id it stands for all cards of its brand or number. */
function named<Entry extends z.output<typeof cardEntry>>(entry: Entry): Entry & { card_id: string } {
  return { ...entry, card_id: entry.card_id ?? anyCardOf(entry) }
}

type Whole = { official_account: { appid: string }; card_products: CardEntry[] }
type Numbers = { entry: { mchid: string; role: string; private_key?: string | undefined } }[]

/** What is wrong with the cards of a file beside the others of its fields. Quotes no value. */
export function cardFaults(file: Whole, accounts: Numbers, now: Date): string[] {
  const faults = file.card_products.flatMap((card, index) =>
    faultsOf(card, file.official_account.appid, accounts, now).map((fault) => `card_products[${index}].${fault}`),
  )
  const ids = file.card_products.map((card) => card.card_id)
  return new Set(ids).size < ids.length ? [...faults, 'card_products: a card_id is listed twice'] : faults
}

function faultsOf(card: CardEntry, appid: string, accounts: Numbers, now: Date): string[] {
  const faults: string[] = []
  if (card.appid !== undefined && card.appid !== appid)
    faults.push('appid: 会员卡属于另一个 AppID，openid 不能用于发券 (the card belongs to another appid)')
  if (card.kind === 'official_account') return faults
  if (card.kind === 'brand') return [...faults, ...keysOfBrand(card, now).faults]
  const account = accounts.find(({ entry }) => entry.mchid === card.mchid)
  if (!account) faults.push('mchid: is not one of the accounts')
  else if (!account.entry.private_key) faults.push('mchid: this account has no keys, which sign for the card')
  else if (card.kind === 'brand_partner' && account.entry.role !== 'provider')
    faults.push('mchid: must be a provider: an ordinary number cannot call for a brand')
  return faults
}

/** A brand's keys have the rules of a number's keys; its API key is what the APIv3 key is there. */
export function keysOfBrand(card: BrandEntry, now: Date): ReturnType<typeof readAccountKeys> {
  const { brand_id, serial_no, certificate, private_key, api_key, public_key_id, public_key } = card
  const keys = { serial_no, certificate, private_key, api_v3_key: api_key, public_key_id, public_key }
  return readAccountKeys({ mchid: brand_id, role: 'provider', ...keys }, now)
}
