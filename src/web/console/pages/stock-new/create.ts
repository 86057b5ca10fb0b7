import { Unusable } from '../../../../plumbing/unusable.ts'
import { createStockFor } from '../../../../stocks/by-staff/create.ts'
import type { WantedStock } from '../../../../stocks/provider/wanted-stock.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import { render } from '../../render.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { problemWords } from '../stocks/problem-words.ts'
import { stockPaths } from '../stocks/named-stock.ts'
import { addressOf } from './asked.ts'
import { whyNotByApi } from './by-api.ts'
import { checkStock } from './check.ts'
import { askedOf, renderForm } from './form-view.ts'
import { newStockPaths } from './paths-of.ts'

/** `GET …/stocks/new/create`: what would be made at WeChat by its call, to be confirmed. */
export const show: Handler<MerchantState> = async (ctx) => {
  const fields = new URLSearchParams(ctx.querystring)
  const wanted = await wantedFor(ctx, fields)
  if (wanted) renderConfirm(ctx, fields, wanted)
}

/** Makes it, and leads to its import. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, person, merchant, form } = ctx.state
  const fields = new URLSearchParams(form.get('stock') ?? '')
  const wanted = await wantedFor(ctx, fields)
  if (!wanted) return
  try {
    const { stockId, creatorMchid } = await createStockFor(services, person, { merchant, wanted })
    goTo(ctx, `${stockPaths(merchant, '').import}?stock=${stockId}&creator=${creatorMchid}&made=yes`)
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    renderConfirm(ctx, fields, wanted, problemWords(error))
  }
}

/** The stock of the fields; undefined when the form was shown with what is wrong. */
async function wantedFor(ctx: Context<MerchantState>, fields: URLSearchParams): Promise<WantedStock | undefined> {
  const { services, merchant, person } = ctx.state
  const of = askedOf(ctx, fields)
  const checked = await checkStock(services, { merchant, ...of }, of.asked)
  const why = checked.wanted && whyNotByApi(checked, merchant, person)
  if (checked.wanted && why === undefined) return checked.wanted
  renderForm(ctx, of, why === undefined ? checked.errors : [{ name: 'senders', text: why }])
  return undefined
}

function renderConfirm(ctx: Context<MerchantState>, fields: URLSearchParams, wanted: WantedStock, problem?: string) {
  const { merchant } = ctx.state
  const { asked } = askedOf(ctx, fields)
  const at = newStockPaths(merchant)
  const sent = JSON.parse(wanted.request.text) as { no_cash: boolean; stock_use_rule: { max_amount: number } }
  const data = {
    stock: asked.toString(),
    lines: wanted.form,
    creator: wanted.creator.mchid,
    budget: sent.stock_use_rule.max_amount,
    noCash: sent.no_cash,
    at,
    back: addressOf(at.form, asked, 'sheet') ?? at.form,
    problem,
  }
  render(ctx, 'stock-create', data, problem === undefined ? 200 : 422)
}
