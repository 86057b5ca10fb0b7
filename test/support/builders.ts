import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Insertable } from 'kysely'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { Account, Merchant } from '../../src/merchants/merchant.ts'
import { newMemberKey } from '../../src/merchants/member-keys.ts'
import { accountPlace, merchantPlace } from '../../src/merchants/secret-places.ts'
import type { CampaignsTable, StocksTable } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'

const dayMs = 86_400_000
let serial = 0

/** As an owner of the merchant does on 服务商授权: the people of its providers may see it. */
export async function letProvidersIn({ db, clock }: Pick<Services, 'db' | 'clock'>, merchantId: number): Promise<void> {
  const numbers = await db
    .selectFrom('accounts')
    .select('mchid')
    .where('merchant_id', '=', merchantId)
    .where('role', '=', 'provider')
    .execute()
  for (const { mchid } of numbers) {
    const row = { merchant_id: merchantId, mchid, accepted_by: 'owner@example.com', accepted_at: clock.now() }
    await db
      .insertInto('provider_links')
      .values({ ...row, ended_by: null, ended_at: null })
      .execute()
  }
}

/**
 * A merchant with one sender account and one bare provider number, whose people its owner has let in; its keys are of this
 * moment.
 */
export async function aMerchant(
  services: Services,
  overrides: { slug?: string; sendsPerSecond?: number } = {},
): Promise<Merchant> {
  const { db, secrets, clock, catalog } = services
  serial += 1
  const slug = overrides.slug ?? `shop-${serial}`
  const seal = (name: Parameters<typeof merchantPlace>[1], text: string) =>
    secrets.seal(text, merchantPlace(slug, name))
  const { id } = await db
    .insertInto('merchants')
    .values({
      slug,
      name: '优购小店',
      appid: `wx${randomBytes(8).toString('hex')}`,
      app_secret_sealed: seal('app_secret', randomBytes(16).toString('hex')),
      member_key_sealed: newMemberKey(secrets, slug),
      events_secret_sealed: seal('events_secret', `whsec_${randomBytes(24).toString('base64')}`),
      domain_verification: '{}',
      updated_at: clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const mchid = `16014${String(10_000 + serial).slice(-5)}`
  const place = (name: Parameters<typeof accountPlace>[2]) => accountPlace(slug, mchid, name)
  await db
    .insertInto('accounts')
    .values([
      {
        merchant_id: id,
        mchid,
        role: 'sender',
        serial_no: randomBytes(20).toString('hex').toUpperCase(),
        private_key_sealed: secrets.seal(
          privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
          place('private_key'),
        ),
        api_v3_key_sealed: secrets.seal(randomBytes(16).toString('hex'), place('api_v3_key')),
        sends_per_second: overrides.sendsPerSecond ?? 450,
        updated_at: clock.now(),
      },
      { merchant_id: id, mchid: '1267388801', role: 'provider', sends_per_second: 450, updated_at: clock.now() },
    ])
    .execute()
  await letProvidersIn(services, id)
  catalog.forget()
  return (await catalog.merchant(slug)) as Merchant
}

/** The merchant's first sender account. */
export function senderOf(merchant: Merchant): Account {
  const sender = merchant.accounts.find((account) => account.role === 'sender')
  if (!sender) throw new Error(`merchant ${merchant.slug} has no sender`)
  return sender
}

/** A running stock of 满30减10 coupons. */
export async function aStock(
  services: Services,
  merchant: Merchant,
  overrides: Partial<Insertable<StocksTable>> = {},
): Promise<Stock> {
  const { db, clock, catalog } = services
  const now = clock.now().getTime()
  serial += 1
  const stock = await db
    .insertInto('stocks')
    .values({
      merchant_id: merchant.id,
      stock_id: String(16_000_000 + serial),
      creator_mchid: '1267388801',
      name: '满30减10',
      status: 'running',
      no_cash: false,
      coupon_amount: 1000,
      transaction_minimum: 3000,
      max_coupons: 100_000,
      max_coupons_per_user: 60,
      distributed_coupons: 0,
      available_begin: new Date(now - dayMs),
      available_end: new Date(now + 30 * dayMs),
      goods_tags: ['MUTEX_STORE'],
      goods_tags_from: 'wechat',
      synced_at: clock.now(),
      ...overrides,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  catalog.forget()
  return stock
}

type CampaignOverrides = Partial<
  Pick<
    Campaign,
    | 'kind'
    | 'limits'
    | 'spend'
    | 'coupons'
    | 'starts_at'
    | 'ends_at'
    | 'state'
    | 'slug'
    | 'card_ids'
    | 'cards'
    | 'gifted'
  >
>

/** A published link campaign that gives one coupon of the stock, one to a member. */
export async function aCampaign(
  services: Services,
  stock: Stock,
  overrides: CampaignOverrides = {},
): Promise<Campaign> {
  const { db, clock, catalog } = services
  const now = clock.now().getTime()
  serial += 1
  const { coupons, limits, spend, ...rest } = overrides
  const row: Insertable<CampaignsTable> = {
    merchant_id: stock.merchant_id,
    slug: `campaign-${serial}`,
    kind: 'link',
    title: '领券有礼',
    rules: '每人限领一次',
    starts_at: new Date(now - dayMs),
    ends_at: new Date(now + 20 * dayMs),
    coupons: JSON.stringify(coupons ?? [{ stock_id: stock.stock_id, count: 1 }]),
    limits: JSON.stringify(limits ?? { per_member: 1 }),
    spend: spend ? JSON.stringify(spend) : null,
    card_ids: [],
    stackable: false,
    state: 'published',
    updated_at: clock.now(),
    ...rest,
  }
  const campaign = await db.insertInto('campaigns').values(row).returningAll().executeTakeFirstOrThrow()
  catalog.forget()
  return campaign
}

/** Names a sender that the merchant does not have: these campaigns cannot give until they are mended. */
export async function breakSenders({ db, catalog }: Services, ...campaigns: Campaign[]): Promise<void> {
  const ids = campaigns.map(({ id }) => id)
  await db
    .updateTable('campaigns')
    .set({ sender_mchids: ['999'] })
    .where('id', 'in', ids)
    .execute()
  catalog.forget()
}
