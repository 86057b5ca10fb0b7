import type { Merchant } from '../../../../merchants/merchant.ts'
import { merchantNames } from '../../../../merchants/names.ts'
import type { Context, Handler } from '../../../shell/context.ts'
import { chosenOf } from '../../application-choice.ts'
import { goTo } from '../../enter.ts'
import { consolePaths as paths } from '../../paths.ts'
import { type FieldError, render } from '../../render.ts'
import type { Filled, ProviderState } from '../../state.ts'
import { addressOf, askedStock } from './asked.ts'
import { checkStock } from './check.ts'
import { showForm } from './form-view.ts'
import { sheetText } from './sheet-view.ts'

/** `GET /console/p/{mchid}/stocks/new`: one form for several merchants; `?step=sheet`: a 填写单 for each of them. */
export const show: Handler<ProviderState> = async (ctx) => {
  const fields = new URLSearchParams(ctx.querystring)
  const check = fields.get('check')
  if (fields.get('step') !== 'sheet' && check === null) return renderMany(ctx, fields, [])
  const { sheets, errors } = await sheetsOf(ctx, fields)
  if (check === null && errors.length === 0)
    return render(ctx, 'stock-sheets', { sheets, back: addressFor(ctx, fields) })
  return renderMany(ctx, fields, check === null ? errors : errors.filter(({ name }) => name === check))
}

/** Leads to the 填写单 of each chosen merchant, or back to the form. */
export const send: Handler<ProviderState & Filled> = async (ctx) => {
  const { form } = ctx.state
  const isPreview = form.get('do') === 'preview'
  const { sheets, errors } = isPreview ? { sheets: [], errors: [] } : await sheetsOf(ctx, form)
  if (errors.length > 0) return renderMany(ctx, form, errors)
  const address = addressFor(ctx, form, isPreview ? undefined : 'sheet')
  if (address) return goTo(ctx, address)
  return isPreview ? renderMany(ctx, form, []) : render(ctx, 'stock-sheets', { sheets })
}

type Sheet = { name: string; slug: string; text: string }

/** A sheet for each merchant. What is wrong is the same for all, but for a merchant without a number. */
async function sheetsOf(ctx: Context<ProviderState>, fields: URLSearchParams) {
  const chosen = await chosenOf(ctx, fields.getAll('merchant'))
  const sheets: Sheet[] = []
  if (chosen.length === 0) {
    const alone = await checkFor(ctx, fields, { name: '', accounts: [] })
    const errors = alone.errors.filter(({ name }) => name !== 'merchants' && name !== 'creator')
    return { sheets, errors: [{ name: 'merchant', text: '请至少选择一个商户' }, ...errors] }
  }
  for (const merchant of chosen) {
    const { wanted, errors } = await checkFor(ctx, fields, merchant)
    if (!wanted) return { sheets, errors: errors.map((error) => namedFor(merchant, error)) }
    sheets.push({ name: merchant.name, slug: merchant.slug, text: sheetText(wanted) })
  }
  return { sheets, errors: [] }
}

function namedFor({ name }: Merchant, error: FieldError): FieldError {
  if (error.name !== 'merchants') return error
  return { name: 'merchant', text: `${name}还没有填写商户号，请先在它的接口设置里填写` }
}

type Of = Pick<Merchant, 'name' | 'accounts'>

function checkFor({ state }: Context<ProviderState>, fields: URLSearchParams, merchant: Of) {
  const asked = askedFor(state, fields, merchant)
  return checkStock(state.services, { merchant: merchant as Merchant, creators: [{ value: state.mchid }] }, asked)
}

/** The form's answers for one merchant: its numbers, and its name where no other was given. */
function askedFor({ services, mchid }: ProviderState, fields: URLSearchParams, merchant: Of): URLSearchParams {
  const now = services.clock.now()
  const asked = askedStock(fields, { name: '', accounts: [] }, { now, creators: [] })
  const own = askedStock(new URLSearchParams(), merchant, { now, creators: [{ value: mchid }] })
  const kept = asked.get('shop_name') === '' ? ['shop_name'] : []
  for (const name of [...kept, 'creator', 'senders', 'merchants']) asked.set(name, own.get(name) ?? '')
  return asked
}

async function renderMany(ctx: Context<ProviderState>, fields: URLSearchParams, errors: FieldError[]): Promise<void> {
  const { services, mchid, merchantIds } = ctx.state
  const asked = askedStock(fields, { name: '', accounts: [] }, { now: services.clock.now(), creators: [] })
  const at = { form: ctx.path, list: paths.providerStocks.replace(':mchid', mchid) }
  const many = { merchants: await merchantNames(services.db, merchantIds), chosen: fields.getAll('merchant') }
  showForm(ctx, { at, asked, creators: [{ value: mchid, text: mchid }], sender: '商户的名称', many }, errors)
}

function addressFor(ctx: Context<ProviderState>, fields: URLSearchParams, step?: 'sheet'): string | undefined {
  const creators = { now: ctx.state.services.clock.now(), creators: [] }
  const asked = askedStock(fields, { name: '', accounts: [] }, creators)
  for (const slug of fields.getAll('merchant')) asked.append('merchant', slug)
  return addressOf(ctx.path, asked, step)
}
