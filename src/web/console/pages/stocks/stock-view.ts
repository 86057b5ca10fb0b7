import { warningWords } from '../../../../alerts/warning-words.ts'
import { mayWithStock } from '../../../../stocks/by-staff/reach.ts'
import { usesOfStocks } from '../../../../coupons/uses-of-stocks.ts'
import { campaignsOfStock } from '../../../../stocks/campaigns-of-stock.ts'
import { forecastOf } from '../../../../stocks/forecast.ts'
import { storyOf } from '../../../../stocks/story.ts'
import { outcomeNamed } from '../../../../ledger/outcomes/outcomes.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import type { Context } from '../../../shell/context.ts'
import { render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { campaignPaths } from '../campaigns/named-campaign.ts'
import { tagsOf } from '../campaigns/standing-tag.ts'
import { factsOf } from './facts.ts'
import { leftChart } from './left-chart.ts'
import { stockPaths } from './named-stock.ts'
import { stateActs } from './state-acts.ts'
import { tagRows } from './tag-rows.ts'
import { usedWords } from './used-words.ts'
import { actNames, outcomeTags } from './act-words.ts'
import { agoWords, campaignKinds, forecastWords, kindWords, shelfTag, stateTag } from './words.ts'

const done: Record<string, string> = {
  imported: '已导入',
  synced: '已同步，下面是微信现在的数据',
  on: '已上架，编辑活动时可以选它',
  off: '已下架，编辑活动时不再出现；正在用它的活动不受影响',
  start: '已激活，可以发放',
  pause: '已暂停发放，会员会看到“活动暂停中”',
  restart: '已恢复发放',
}

/** The page of a stock; `problem`: why what was asked was not done. */
export async function renderStock(ctx: Context<MerchantState>, stock: Stock, problem?: string): Promise<void> {
  const { services, merchant, person } = ctx.state
  const now = services.clock.now()
  const [forecast, story, campaigns, uses] = await Promise.all([
    forecastOf(services.db, stock, now),
    storyOf(services.db, stock),
    campaignsOfStock(services.db, stock),
    usesOfStocks(services.db, [stock]),
  ])
  const standings = await tagsOf(services, merchant, campaigns)
  const data = {
    stock,
    at: stockPaths(merchant, stock.stock_id),
    facts: factsOf(stock, merchant),
    tags: [shelfTag(stock), stateTag(stock, now)],
    kind: kindWords(stock),
    forecast: forecastWords(forecast, stock, now),
    left: forecast.left,
    ...usedWords(uses.get(stock.id), now),
    chart: leftChart(stock, story.reports, forecast, now),
    syncedAgo: agoWords(stock.synced_at, now),
    tagRows: tagRows(stock.goods_tags),
    campaigns: campaigns.map((one) => ({
      ...one,
      kindName: campaignKinds[one.kind],
      tag: standings.get(one.id),
      href: campaignPaths(merchant, one.slug).page,
    })),
    halts: story.halts.map((halt) => ({ ...halt, ...outcomeNamed(halt.cause).operator })),
    warnings: story.warnings.map(({ kind, subject, facts, since }) => ({
      since,
      ...warningWords(kind, subject, facts),
    })),
    reports: story.reports.map((report) => ({
      ...report,
      tag: stateTag({ ...stock, status: report.status }, report.at),
    })),
    acts: story.acts.map((act) => ({ ...act, name: actNames[act.act], tag: outcomeTags[act.outcome] })),
    mayKeep: mayWithStock(person, 'keep_stocks', stock),
    state: stateActs(merchant, stock, mayWithStock(person, 'act_at_wechat', stock)),
    said: typeof ctx.query.done === 'string' ? done[ctx.query.done] : undefined,
    problem,
  }
  render(ctx, 'stock', data, problem === undefined ? 200 : 422)
}
