import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import { type Cache, kept } from '../plumbing/cache.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import type { Merchant } from './merchant.ts'
import { readMerchant } from './read-merchant.ts'

/** Merchants, campaigns and stocks by name or id, at most a second old. */
export type Catalog = {
  merchant(slug: string): Promise<Merchant | undefined>
  merchantById(id: number): Promise<Merchant | undefined>
  campaign(merchantId: number, slug: string): Promise<Campaign | undefined>
  campaignById(id: number): Promise<Campaign | undefined>
  /** All of a merchant's campaigns, newest first. */
  campaigns(merchantId: number): Promise<Campaign[]>
  stock(merchantId: number, stockId: string): Promise<Stock | undefined>
  /** By `stocks.id`. */
  stockByRef(ref: number): Promise<Stock | undefined>
  /** From now on everything is read again. Code that changes one of these calls it. */
  forget(): void
}

/** A change by a command or another process is seen everywhere within this time. */
const ageMs = 1_000
/** Names come from addresses that anyone may type: unknown ones must not fill the memory. */
const most = 2_000

const merchantsBySlug = kept<string, Merchant | undefined>({ most, ageMs })
const merchantsById = kept<number, Merchant | undefined>({ most, ageMs })
const campaignsBySlug = kept<string, Campaign | undefined>({ most, ageMs })
const campaignsById = kept<number, Campaign | undefined>({ most, ageMs })
const campaignsOfMerchant = kept<number, Campaign[]>({ most, ageMs })
const stocksByName = kept<string, Stock | undefined>({ most, ageMs })
const stocksByRef = kept<number, Stock | undefined>({ most, ageMs })

/** Opens the catalog. A steady crowd of any size costs a few queries per second in all. */
export function openCatalog(db: Db, secrets: Secrets, cache: Cache): Catalog {
  const campaigns = () => db.selectFrom('campaigns').selectAll()
  const stocks = () => db.selectFrom('stocks').selectAll()

  return {
    merchant: (slug) => cache.read(merchantsBySlug, slug, (before) => readMerchant(db, secrets, { slug }, before)),
    merchantById: (id) => cache.read(merchantsById, id, (before) => readMerchant(db, secrets, { id }, before)),
    campaign: (merchantId, slug) =>
      cache.read(campaignsBySlug, `${merchantId} ${slug}`, () =>
        campaigns().where('merchant_id', '=', merchantId).where('slug', '=', slug).executeTakeFirst(),
      ),
    campaignById: (id) => cache.read(campaignsById, id, () => campaigns().where('id', '=', id).executeTakeFirst()),
    campaigns: (merchantId) =>
      cache.read(campaignsOfMerchant, merchantId, () =>
        campaigns().where('merchant_id', '=', merchantId).orderBy('id', 'desc').execute(),
      ),
    stock: (merchantId, stockId) =>
      cache.read(stocksByName, `${merchantId} ${stockId}`, () =>
        stocks().where('merchant_id', '=', merchantId).where('stock_id', '=', stockId).executeTakeFirst(),
      ),
    stockByRef: (ref) => cache.read(stocksByRef, ref, () => stocks().where('id', '=', ref).executeTakeFirst()),
    forget() {
      cache.clear(merchantsBySlug, merchantsById, campaignsBySlug, campaignsById, campaignsOfMerchant)
      cache.clear(stocksByName, stocksByRef)
    },
  }
}
