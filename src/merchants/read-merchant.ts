import type { Selectable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { AccountsTable, CardProductsTable, MerchantsTable } from '../plumbing/storage/schema.ts'
import type { Secret } from '../plumbing/secrets/secret.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import type { FormerKeys, PayKeys } from '../wechat/pay/types.ts'
import { readFormerKeys } from './former-keys.ts'
import type { Account, Merchant } from './merchant.ts'
import { openCardProduct } from './read-card.ts'
import { accountPlace, type accountSecrets, merchantPlace } from './secret-places.ts'

type MerchantRow = Selectable<MerchantsTable>
type AccountRow = Selectable<AccountsTable>
type CardRow = Selectable<CardProductsTable>

/**
 * A merchant with its secrets opened; `before` itself when its rows have not changed since then. Throws when a secret
 * does not open.
 */
export async function readMerchant(
  db: Db,
  secrets: Secrets,
  by: { slug: string } | { id: number },
  before?: Merchant,
): Promise<Merchant | undefined> {
  const query = db.selectFrom('merchants').selectAll()
  const row = await (
    'slug' in by ? query.where('slug', '=', by.slug) : query.where('id', '=', by.id)
  ).executeTakeFirst()
  if (!row) return undefined
  const accounts = await db.selectFrom('accounts').selectAll().where('merchant_id', '=', row.id).orderBy('id').execute()
  const cards = await db
    .selectFrom('card_products')
    .selectAll()
    .where('merchant_id', '=', row.id)
    .orderBy('id')
    .execute()
  const rows = { row, accounts, cards }
  if (before && isUnchanged(before, rows)) return before
  return openMerchant(secrets, rows, await readFormerKeys(db, secrets, accounts, row.slug))
}

type Rows = { row: MerchantRow; accounts: AccountRow[]; cards: CardRow[] }

function isUnchanged(before: Merchant, { row, accounts, cards }: Rows): boolean {
  const known = (list: { id: number; updatedAt: Date }[]) => list.map((one) => `${one.id} ${one.updatedAt.getTime()}`)
  const read = (list: { id: number; updated_at: Date }[]) => list.map((one) => `${one.id} ${one.updated_at.getTime()}`)
  return (
    before.updatedAt.getTime() === row.updated_at.getTime() &&
    known(before.accounts).join() === read(accounts).join() &&
    known(before.cards).join() === read(cards).join()
  )
}

function openMerchant(secrets: Secrets, { row, accounts, cards }: Rows, former: Map<number, FormerKeys>): Merchant {
  const open = (name: Parameters<typeof merchantPlace>[1]): Secret | undefined => {
    const sealed = row[`${name}_sealed`]
    return sealed === null ? undefined : secrets.open(sealed, merchantPlace(row.slug, name))
  }
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    officialAccount: {
      appid: row.appid,
      appSecret: open('app_secret')!,
      originalId: row.original_id ?? undefined,
      messageToken: open('message_token'),
      encodingAesKey: open('encoding_aes_key'),
      previousEncodingAesKey: open('previous_encoding_aes_key'),
    },
    accounts: accounts.map((account) => openAccount(secrets, row.slug, account, former.get(account.id))),
    cards: cards.map((card) => openCardProduct(secrets, row.slug, card)),
    eventsSecret: open('events_secret'),
    memberKey: open('member_key')!,
    domainVerification: row.domain_verification,
    pageScript: row.page_script,
    updatedAt: row.updated_at,
  }
}

function openAccount(secrets: Secrets, slug: string, row: AccountRow, former: FormerKeys | undefined): Account {
  const open = (name: (typeof accountSecrets)[number]): Secret | undefined => {
    const sealed = row[`${name}_sealed`]
    return sealed === null ? undefined : secrets.open(sealed, accountPlace(slug, row.mchid, name))
  }
  return {
    id: row.id,
    merchantId: row.merchant_id,
    mchid: row.mchid,
    role: row.role,
    appid: row.appid ?? undefined,
    keys: payKeys(row, open('private_key'), open('api_v3_key'), former),
    apiV2Key: open('api_v2_key'),
    apiV2SignType: row.api_v2_sign_type,
    sendsPerSecond: row.sends_per_second,
    updatedAt: row.updated_at,
  }
}

function payKeys(
  row: AccountRow,
  privateKey: Secret | undefined,
  apiV3Key: Secret | undefined,
  former: FormerKeys | undefined,
): PayKeys | undefined {
  if (!row.serial_no || !privateKey || !apiV3Key) return undefined
  return {
    mchid: row.mchid,
    serialNo: row.serial_no,
    privateKey,
    apiV3Key,
    publicKeyId: row.public_key_id ?? undefined,
    publicKey: row.public_key ?? undefined,
    ...(former && { former }),
  }
}
