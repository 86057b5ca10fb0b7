import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** A stock with its merchant. */
export type StockOfMerchant = Stock & { slug: string; merchantName: string }

/** Which of a creator's imported stocks: of one merchant, or older than one. */
export type MadeFilter = { slug?: string | undefined; before?: number | undefined }

/** The newest imported stocks that a number made for these merchants, `most` of them. Throws what the database throws. */
export async function stocksMadeBy(
  db: Db,
  { mchid, merchantIds }: { mchid: string; merchantIds: number[] },
  { slug, before }: MadeFilter,
  most: number,
): Promise<{ stocks: StockOfMerchant[]; next: number | undefined }> {
  const found = await db
    .selectFrom('stocks')
    .innerJoin('merchants', 'merchants.id', 'stocks.merchant_id')
    .selectAll('stocks')
    .select(['merchants.slug', 'merchants.name as merchantName'])
    .where('stocks.creator_mchid', '=', mchid)
    .where('stocks.merchant_id', 'in', merchantIds)
    .$if(slug !== undefined, (query) => query.where('merchants.slug', '=', slug!))
    .$if(before !== undefined, (query) => query.where('stocks.id', '<', before!))
    .orderBy('stocks.id', 'desc')
    .limit(most + 1)
    .execute()
  const stocks = found.slice(0, most)
  return { stocks, next: found.length > most ? stocks.at(-1)?.id : undefined }
}
