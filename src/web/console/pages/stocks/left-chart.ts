import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { Forecast } from '../../../../stocks/forecast.ts'
import type { StockStory } from '../../../../stocks/story.ts'
import { curveOf } from '../../chart.ts'
import { textAt } from '../../text.ts'
import { forecastWords } from './words.ts'

/** The curve of what is left of a stock, from what WeChat reported, with what it shows as its title. */
export function leftChart(stock: Stock, reports: StockStory['reports'], forecast: Forecast, now: Date) {
  const told = reports.toReversed().map((one) => ({ at: one.at, value: one.max_coupons - one.distributed_coupons }))
  const last = told.at(-1)
  // A report is kept only when something changed: until the last sync nothing did.
  const points = last && stock.synced_at > last.at ? [...told, { at: stock.synced_at, value: forecast.left }] : told
  const given = (told[0]?.value ?? forecast.left) - forecast.left
  const { count, day } = textAt(now)
  const since = given > 0 && told[0] ? `，${day(told[0].at)} 以来发了 ${count(given)} 张` : '，还没有变化'
  return {
    id: 'left',
    what: '剩余',
    title: `剩余 ${count(forecast.left)} 张${since}，预计发完：${forecastWords(forecast, stock, now)}`,
    curve: curveOf(points),
    empty: '同步后，这里显示剩余的变化。',
  }
}
