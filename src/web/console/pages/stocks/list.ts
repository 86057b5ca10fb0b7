import { usesOfStocks } from '../../../../coupons/uses-of-stocks.ts'
import { may } from '../../../../operators/rights/person.ts'
import { creatorsFor } from '../../../../stocks/by-staff/reach.ts'
import { forecastsOf } from '../../../../stocks/forecast.ts'
import { listStocks } from '../../../../stocks/list.ts'
import type { Handler } from '../../../shell/context.ts'
import { olderThan } from '../../older-than.ts'
import { render } from '../../render.ts'
import { withQuery } from '../../with-query.ts'
import type { MerchantState } from '../../state.ts'
import { type AskedStocks, askedStocks, kindNames, shelfNames, stockChips, stockFilter } from './list-filter.ts'
import { rowsOf } from './list-rows.ts'
import { newStockPaths } from '../stock-new/paths-of.ts'
import { stockPaths } from './named-stock.ts'

const rowsOfPage = 20

/** `GET /console/m/{slug}/stocks`: what the merchant can give. */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant, person, scope } = ctx.state
  const { list, import: importAt } = stockPaths(merchant, '')
  const query = new URLSearchParams(ctx.querystring)
  const asked = askedStocks(query)
  const creators = creatorsFor(person, 'look', merchant.id)
  const filter = { ...stockFilter(asked), ...olderThan(query), ...(creators !== 'all' && { creators }) }
  const { stocks, next } = await listStocks(services.db, merchant.id, filter, rowsOfPage)
  const now = services.clock.now()
  const mayKeep = may(person, 'keep_stocks', scope)
  const [forecasts, uses] = await Promise.all([
    forecastsOf(services.db, stocks, now),
    usesOfStocks(services.db, stocks),
  ])
  const rows = rowsOf(stocks, { merchant, now, mayKeep, forecasts, uses })
  const addressOf = (one: AskedStocks & { before?: string }) => withQuery(list, one)
  const older = next === undefined ? undefined : addressOf({ ...asked, before: String(next) })
  const first = filter.before === undefined ? undefined : addressOf(asked)
  const shown = { rows, asked, chips: stockChips(asked, addressOf), older, first }
  const { form: createAt } = newStockPaths(merchant)
  render(ctx, 'stocks', { ...shown, list, importAt, createAt, mayKeep, kindNames, shelfNames, slug: merchant.slug })
}
