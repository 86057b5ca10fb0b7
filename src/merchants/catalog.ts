import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Secrets } from '../plumbing/secrets/vault.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { briefCache } from '../plumbing/brief-cache.ts'
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
  /** Reads everything anew from now on; whoever changes one of these calls it. */
  forget(): void
}

/** A steady crowd costs a few queries a second in all, whatever its size. */
export function openCatalog(db: Db, secrets: Secrets, clock: Clock): Catalog {
  const cache = briefCache(clock)
  const campaigns = () => db.selectFrom('campaigns').selectAll()
  const stocks = () => db.selectFrom('stocks').selectAll()

  return {
    merchant: (slug) =>
      cache.get<Merchant | undefined>(`merchant ${slug}`, (before) => readMerchant(db, secrets, { slug }, before)),
    merchantById: (id) =>
      cache.get<Merchant | undefined>(`merchant #${id}`, (before) => readMerchant(db, secrets, { id }, before)),
    campaign: (merchantId, slug) =>
      cache.get(`campaign ${merchantId} ${slug}`, () =>
        campaigns().where('merchant_id', '=', merchantId).where('slug', '=', slug).executeTakeFirst(),
      ),
    campaignById: (id) => cache.get(`campaign #${id}`, () => campaigns().where('id', '=', id).executeTakeFirst()),
    campaigns: (merchantId) =>
      cache.get(`campaigns ${merchantId}`, () =>
        campaigns().where('merchant_id', '=', merchantId).orderBy('id', 'desc').execute(),
      ),
    stock: (merchantId, stockId) =>
      cache.get(`stock ${merchantId} ${stockId}`, () =>
        stocks().where('merchant_id', '=', merchantId).where('stock_id', '=', stockId).executeTakeFirst(),
      ),
    stockByRef: (ref) => cache.get(`stock #${ref}`, () => stocks().where('id', '=', ref).executeTakeFirst()),
    forget: cache.forget,
  }
}
