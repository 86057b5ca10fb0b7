import { goodsTagSet } from '../../../../stocks/goods-tags.ts'
import type { Context } from '../../../shell/context.ts'
import { countOf, fenOf } from '../../fen-of.ts'
import { type FieldError, render } from '../../render.ts'
import type { MerchantState, PersonState } from '../../state.ts'
import { stockPaths } from '../stocks/named-stock.ts'
import { askedStock } from './asked.ts'
import { choices, creatorsOf } from './options.ts'
import { newStockPaths } from './paths-of.ts'

type Of = { asked: URLSearchParams; creators: ReturnType<typeof creatorsOf> }

/** What the fields say about a stock of this merchant, and who may make it for this person. */
export function askedOf(ctx: Context<MerchantState>, fields: URLSearchParams): Of {
  const { merchant, person, services } = ctx.state
  const creators = creatorsOf(merchant, person)
  return { asked: askedStock(fields, merchant, { now: services.clock.now(), creators }), creators }
}

/** The form with its preview; `errors` only of the asked field where one is checked. */
export function renderForm(ctx: Context<MerchantState>, { asked, creators }: Of, errors: FieldError[] = []): void {
  const { merchant } = ctx.state
  const at = { form: newStockPaths(merchant).form, list: stockPaths(merchant, '').list }
  showForm(ctx, { at, asked, creators, sender: merchant.name }, errors)
}

/** What the page needs; `many`: the merchants for whom it may be, where it is for several. */
type Shown = {
  at: { form: string; list: string }
  asked: URLSearchParams
  creators: { value: string; text: string }[]
  sender: string
  many?: { merchants: { slug: string; name: string }[]; chosen: string[] }
}

export function showForm(ctx: Context<PersonState>, { asked, sender, ...shown }: Shown, errors: FieldError[]): void {
  const isCheck = typeof ctx.query.check === 'string'
  const data = {
    ...shown,
    asked: Object.fromEntries(asked),
    all: (name: string) => asked.getAll(name),
    choices,
    preview: previewOf(asked, sender),
    errors,
  }
  render(ctx, 'stock-new', data, errors.length > 0 && !isCheck ? 422 : 200)
}

/** As a member will have the coupon; undefined while its worth is not understood. */
function previewOf(asked: URLSearchParams, merchantName: string) {
  const [fen, minimumFen, total] = [money('amount'), money('threshold'), countOf(asked.get('total') ?? '')]
  if (Number.isNaN(fen) || Number.isNaN(minimumFen)) return undefined
  const end = new Date(`${asked.get('end') ?? ''}:59+08:00`)
  return {
    ticket: {
      name: asked.get('name') || '（没有名称）',
      fen,
      minimumFen,
      sender: asked.get('shop_name') || merchantName,
      until: Number.isNaN(end.getTime()) ? undefined : end,
    },
    notes: asked.get('notes'),
    total,
    budget: fen * total,
    place: goodsTagSet((asked.get('tags') ?? '').split(','))?.meaning,
  }

  function money(name: string): number {
    return fenOf(asked.get(name) ?? '')
  }
}
