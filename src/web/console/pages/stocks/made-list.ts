import { merchantNames } from '../../../../merchants/names.ts'
import { may } from '../../../../operators/rights/person.ts'
import { forecastsOf } from '../../../../stocks/forecast.ts'
import { type StockOfMerchant, stocksMadeBy } from '../../../../stocks/made-by.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { consolePaths as paths } from '../../paths.ts'
import { olderThan } from '../../older-than.ts'
import { render } from '../../render.ts'
import { withQuery } from '../../with-query.ts'
import type { ProviderState } from '../../state.ts'
import { stockPaths } from './named-stock.ts'
import { stateActs } from './state-acts.ts'
import { forecastWords, kindWords, stateTag } from './words.ts'

const rowsOfPage = 20

/** `GET /console/p/{mchid}/stocks`: which stock of this number is for which merchant, and what is left of each. */
export const show: Handler<ProviderState> = async (ctx) => {
  const { services, mchid, merchantIds, person, scope } = ctx.state
  const { merchant: slug, before } = askedOf(new URLSearchParams(ctx.querystring))
  const { stocks, next } = await stocksMadeBy(services.db, { mchid, merchantIds }, { slug, before }, rowsOfPage)
  const list = paths.providerStocks.replace(':mchid', mchid)
  const filter: Record<string, string> = slug === undefined ? {} : { merchant: slug }
  render(ctx, 'made-stocks', {
    list,
    mchid,
    asked: filter,
    rows: await rowsOf(ctx, stocks),
    newAt: may(person, 'keep_stocks', scope) ? paths.providerStockNew.replace(':mchid', mchid) : undefined,
    merchants: await merchantNames(services.db, merchantIds),
    older: next === undefined ? undefined : withQuery(list, { ...filter, before: String(next) }),
    first: before === undefined ? undefined : withQuery(list, filter),
  })
}

async function rowsOf({ state }: Context<ProviderState>, stocks: StockOfMerchant[]) {
  const { services } = state
  const now = services.clock.now()
  const forecasts = await forecastsOf(services.db, stocks, now)
  const rows = stocks.map(async (stock) => {
    const merchant = await services.catalog.merchant(stock.slug)
    const { page } = stockPaths(stock, stock.stock_id)
    const forecast = forecasts.get(stock.id)!
    const act = merchant && stateActs(merchant, stock, true)
    return {
      stock,
      page,
      left: forecast.left,
      kind: kindWords(stock),
      tag: stateTag(stock, now),
      // Why there is none stands on the stock's own page.
      forecast: forecastWords(forecast, stock, now).replace(/^—.*/, '—'),
      senders: merchant?.accounts.filter(({ role }) => role === 'sender').map(({ mchid }) => mchid) ?? [],
      act: act && { text: act.text, href: `${page}#state` },
    }
  })
  return Promise.all(rows)
}

function askedOf(query: URLSearchParams): { merchant?: string; before?: number } {
  const merchant = query.get('merchant') ?? ''
  return { ...(/^[\w-]{1,64}$/.test(merchant) && { merchant }), ...olderThan(query) }
}
