import { Command } from 'commander'
import { importedStock, importedStocks } from '../stocks/imported.ts'
import { forecastOf, type Forecast } from '../stocks/forecast.ts'
import { syncStock } from '../stocks/sync.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { eachByItself } from '../plumbing/each-by-itself.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { describeStock } from './stock-words.ts'

type Synced = { stock: Stock; forecast: Forecast }

export function stockSyncCommand(cli: Cli): Command {
  return new Command('sync')
    .description('read imported stocks from WeChat Pay again; a stock found running is sent from again at once')
    .argument('<merchant>', 'slug of the merchant')
    .argument('[stock]', 'number of the stock; unset: every imported stock that has not ended')
    .option('--json', 'print JSON')
    .action(async (slug: string, stockId: string | undefined, { json }: { json?: boolean }) => {
      const synced = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        const stocks = stockId
          ? [await importedStock(services, merchant, stockId)]
          : await importedStocks(services, merchant)
        return eachByItself(stocks, async (known): Promise<Synced> => {
          const stock = await syncStock(services, merchant, known)
          return { stock, forecast: await forecastOf(services.db, stock, services.clock.now()) }
        })
      })
      const data = synced.map(({ stock, forecast }) => ({ ...stock, ...forecast }))
      answer(cli, json, stockId ? data[0] : data, synced.flatMap(describe))
    })
}

function describe({ stock, forecast }: Synced): string[] {
  const { left, perDay, daysLeft } = forecast
  const rate = perDay === undefined ? 'its rate of use is not known yet' : `${perDay.toFixed(1)} a day`
  const end = daysLeft === undefined ? '' : `, empty in ${daysLeft.toFixed(1)} days`
  return [...describeStock(stock), `  ${left} left, ${rate}${end}`]
}
