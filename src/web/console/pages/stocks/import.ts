import { Declined } from '../../../../operators/rights/declined.ts'
import { Unusable } from '../../../../plumbing/unusable.ts'
import { importStockFor } from '../../../../stocks/by-staff/import.ts'
import { mayWithStock } from '../../../../stocks/by-staff/reach.ts'
import { lookAtStock, type StockOnOffer } from '../../../../stocks/look.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { askedImport, renderImport } from './import-view.ts'
import { stockPaths } from './named-stock.ts'
import { problemWords } from './problem-words.ts'

/** `GET …/stocks/import`: asks for a number; with `?stock=` it shows what WeChat says of that stock, and stores nothing. */
export const show: Handler<MerchantState> = async (ctx) => {
  const fields = new URLSearchParams(ctx.querystring)
  if (!fields.has('stock')) return renderImport(ctx, { fields })
  const look = await lookFor(ctx, fields)
  if (look) renderImport(ctx, { fields, look })
}

/** Stores the stock, as WeChat shows it at this moment. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form: fields } = ctx.state
  const look = await lookFor(ctx, fields)
  if (!look) return
  try {
    const tags = (fields.get('tags') ?? '').split(',').filter(Boolean)
    const { stock_id } = await importStockFor(services, person, { merchant, look, tags })
    goTo(ctx, `${stockPaths(merchant, stock_id).page}?done=imported`)
  } catch (error) {
    if (error instanceof Declined && error.status === 422)
      renderImport(ctx, { fields, look, errors: [{ name: error.field ?? '', text: error.chinese }] })
    else if (error instanceof Unusable)
      renderImport(ctx, { fields, look, errors: [{ name: 'stock', text: problemWords(error) }] })
    else throw error
  }
}

/** What WeChat shows of the stock; undefined when the form was answered with what is wrong. */
async function lookFor(ctx: Context<MerchantState>, fields: URLSearchParams): Promise<StockOnOffer | undefined> {
  const { services, merchant, person } = ctx.state
  const { stock, creator } = askedImport(fields)
  function wrong(text: string): undefined {
    renderImport(ctx, { fields, errors: [{ name: 'stock', text }] })
  }
  if (!/^\d{1,20}$/.test(stock)) return wrong('批次号是一串数字，在服务商平台的代金券列表里可以看到')
  try {
    const look = await lookAtStock(services, merchant, { stockId: stock, creatorMchid: creator })
    const made = { merchant_id: merchant.id, creator_mchid: look.creatorMchid }
    return mayWithStock(person, 'keep_stocks', made) ? look : wrong('您只能导入自己服务商号创建的批次')
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    return wrong(problemWords(error))
  }
}
