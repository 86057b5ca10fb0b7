import { changeStateFor } from '../../../../stocks/by-staff/change-state.ts'
import { shelveStock } from '../../../../stocks/by-staff/shelve.ts'
import { syncStockFor } from '../../../../stocks/by-staff/sync.ts'
import type { Stock } from '../../../../plumbing/storage/schema/stock.ts'
import { Unusable } from '../../../../plumbing/unusable.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { namedStock, stockPaths } from './named-stock.ts'
import { problemWords } from './problem-words.ts'
import { stateActs } from './state-acts.ts'
import { renderStock } from './stock-view.ts'

/** `GET …/{stock}/shelf`: what of a stock is ours to change. */
export const showShelf: Handler<MerchantState> = async (ctx) => renderShelf(ctx, await namedStock(ctx))

export const shelve: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const stock = await namedStock(ctx)
  const shelf = form.get('shelf')
  if (shelf !== 'on' && shelf !== 'off') return renderShelf(ctx, stock, [{ name: 'shelf', text: '请选择上架或下架' }])
  await shelveStock(services, person, stock, shelf === 'on')
  goTo(ctx, `${stockPaths(merchant, stock.stock_id).page}?done=${shelf}`)
}

/** 同步, from the list or from the stock's page. */
export const sync: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant } = ctx.state
  const stock = await namedStock(ctx)
  await orWhyNot(ctx, '没有同步成功，下面是上一次同步的数据', async () => {
    await syncStockFor(services, person, { merchant, stock })
    return 'synced'
  })
}

/** Activates, pauses or restarts the stock at WeChat. */
export const changeState: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const stock = await namedStock(ctx)
  const change = form.get('change')
  if (change !== 'start' && change !== 'pause' && change !== 'restart') return ctx.throw(422)
  const { elsewhere } = stateActs(merchant, stock, true) ?? {}
  if (elsewhere) return renderStock(ctx, stock, elsewhere)
  await orWhyNot(ctx, '微信没有改变批次状态', async () => {
    await changeStateFor(services, person, { merchant, stock, change })
    return change
  })
}

/** Does it and shows the stock's page with what happened, or with the reason why nothing did. */
async function orWhyNot(ctx: Context<MerchantState>, title: string, deed: () => Promise<string>): Promise<void> {
  try {
    const done = await deed()
    const { page } = stockPaths(ctx.state.merchant, ctx.params.stock ?? '')
    goTo(ctx, `${page}?done=${done}`)
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    await renderStock(ctx, await namedStock(ctx), `${title}：${problemWords(error)}`)
  }
}

function renderShelf(ctx: Context<MerchantState>, stock: Stock, errors: { name: string; text: string }[] = []): void {
  render(ctx, 'stock-shelf', { stock, at: stockPaths(ctx.state.merchant, stock.stock_id), errors })
}
