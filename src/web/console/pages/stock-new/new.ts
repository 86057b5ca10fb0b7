import type { Handler } from '../../../shell/context.ts'
import { goTo } from '../../enter.ts'
import type { Filled, MerchantState } from '../../state.ts'
import { addressOf } from './asked.ts'
import { checkStock } from './check.ts'
import { askedOf, renderForm } from './form-view.ts'
import { newStockPaths } from './paths-of.ts'
import { renderSheet } from './sheet-view.ts'

/**
 * `GET …/stocks/new`: the form for a stock, filled in as it is usual or as the address says; `?step=sheet`: the 填写单 of
 * that stock; `?check=name`: the form with what is wrong with that field. Nothing is stored by any of them.
 */
export const show: Handler<MerchantState> = async (ctx) => {
  const { services, merchant } = ctx.state
  const fields = new URLSearchParams(ctx.querystring)
  const of = askedOf(ctx, fields)
  const [step, check] = [fields.get('step'), fields.get('check')]
  if (step !== 'sheet' && check === null) return renderForm(ctx, of)
  const checked = await checkStock(services, { merchant, ...of }, of.asked)
  if (step === 'sheet' && checked.wanted) return renderSheet(ctx, of.asked, checked)
  renderForm(ctx, of, check === null ? checked.errors : checked.errors.filter(({ name }) => name === check))
}

/** Leads to the 填写单, or back to the form: with what is wrong, or with another preview. */
export const send: Handler<MerchantState & Filled> = async (ctx) => {
  const { services, merchant, form } = ctx.state
  const of = askedOf(ctx, form)
  const isPreview = form.get('do') === 'preview'
  const checked = isPreview ? undefined : await checkStock(services, { merchant, ...of }, of.asked)
  if (checked?.wanted === undefined && !isPreview) return renderForm(ctx, of, checked?.errors)
  const address = addressOf(newStockPaths(merchant).form, of.asked, isPreview ? undefined : 'sheet')
  if (address) return goTo(ctx, address)
  if (checked?.wanted) renderSheet(ctx, of.asked, checked)
  else renderForm(ctx, of)
}
