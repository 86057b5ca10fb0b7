import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'

/** What of a merchant's stocks is asked for; unset: all. */
export type StockFilter = {
  /** A part of the name. */
  name?: string
  /** 免充值 or 预充值. */
  noCash?: boolean
  onShelf?: boolean
  /** Stocks whose coupons can be used at some time between the two. */
  from?: Date
  to?: Date
  /** Only stocks that these numbers made. */
  creators?: string[]
  /** Only stocks older than this one, for the next page. */
  before?: number
}

export type StockPage = { stocks: Stock[]; next: number | undefined }

/** The newest stocks that fit, `most` of them. Throws what the database throws. */
export async function listStocks(db: Db, merchantId: number, filter: StockFilter, most: number): Promise<StockPage> {
  const { name, noCash, onShelf, from, to, creators, before } = filter
  const found = await db
    .selectFrom('stocks')
    .selectAll()
    .where('merchant_id', '=', merchantId)
    .$if(name !== undefined, (query) => query.where(sql<boolean>`strpos(lower(name), lower(${name})) > 0`))
    .$if(noCash !== undefined, (query) => query.where('no_cash', '=', noCash!))
    .$if(onShelf !== undefined, (query) => query.where('on_shelf', '=', onShelf!))
    .$if(from !== undefined, (query) => query.where('available_end', '>', from!))
    .$if(to !== undefined, (query) => query.where('available_begin', '<', to!))
    .$if(creators !== undefined, (query) => query.where('creator_mchid', 'in', ['', ...creators!]))
    .$if(before !== undefined, (query) => query.where('id', '<', before!))
    .orderBy('id', 'desc')
    .limit(most + 1)
    .execute()
  const stocks = found.slice(0, most)
  return { stocks, next: found.length > most ? stocks.at(-1)?.id : undefined }
}
