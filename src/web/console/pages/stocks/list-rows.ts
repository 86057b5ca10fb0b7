import type { StockUses } from '../../../../coupons/uses-of-stocks.ts'
import { type Merchant } from '../../../../merchants/merchant.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { Forecast } from '../../../../stocks/forecast.ts'
import { stockPaths } from './named-stock.ts'
import { usedWords } from './used-words.ts'
import { agoWords, forecastWords, kindWords, shelfTag, stateTag } from './words.ts'

/** The rows of the list of stocks. */
export function rowsOf(
  stocks: Stock[],
  {
    merchant,
    now,
    mayKeep,
    forecasts,
    uses,
  }: {
    merchant: Merchant
    now: Date
    mayKeep: boolean
    forecasts: Map<number, Forecast>
    uses: Map<number, StockUses>
  },
) {
  const senders = merchant.accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid)
  return stocks.map((stock) => ({
    ...stock,
    senders,
    at: stockPaths(merchant, stock.stock_id),
    kind: kindWords(stock),
    left: forecasts.get(stock.id)!.left,
    // Why there is none stands on the stock's own page.
    forecast: forecastWords(forecasts.get(stock.id)!, stock, now).replace(/^—.*/, '—'),
    ...usedWords(uses.get(stock.id), now),
    syncedAgo: agoWords(stock.synced_at, now),
    tags: [shelfTag(stock), stateTag(stock, now)],
    mayKeep,
  }))
}
