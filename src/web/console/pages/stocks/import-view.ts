import type { Merchant } from '../../../../merchants/merchant.ts'
import { goodsTagSet, goodsTagSets } from '../../../../stocks/goods-tags.ts'
import type { StockOnOffer } from '../../../../stocks/look.ts'
import type { Context } from '../../../shell/context.ts'
import { type FieldError, render } from '../../render.ts'
import type { MerchantState } from '../../state.ts'
import { stockPaths } from './named-stock.ts'
import { tagRows } from './tag-rows.ts'
import { kindWords, stateTag } from './words.ts'

/** What the form says: a number, and where there are several providers, whose stock it is. */
export function askedImport(fields: URLSearchParams): { stock: string; creator: string | undefined } {
  const creator = fields.get('creator') ?? ''
  return { stock: (fields.get('stock') ?? '').trim(), creator: /^\d{6,32}$/.test(creator) ? creator : undefined }
}

type Shown = { fields: URLSearchParams; look?: StockOnOffer; errors?: FieldError[] }

/** The page of the import, with what WeChat says of a stock that was looked at. */
export function renderImport(ctx: Context<MerchantState>, { fields, look, errors = [] }: Shown): void {
  const { merchant, services } = ctx.state
  const asked = { ...askedImport(fields), tags: fields.get('tags') ?? '' }
  const { list, import: importAt } = stockPaths(merchant, '')
  const preview = look && previewOf(look, merchant, services.clock.now())
  render(ctx, 'stock-import', {
    asked,
    creators: creatorsOf(merchant),
    preview,
    list,
    importAt,
    errors,
    made: fields.has('made'),
  })
}

/** Asked for only where the merchant file leaves it open. */
function creatorsOf({ accounts }: Merchant): string[] {
  const numbers = accounts.filter(({ role }) => role === 'provider').map(({ mchid }) => mchid)
  return numbers.length > 1 ? numbers : []
}

function previewOf({ stockId, detail, shownTags, faults }: StockOnOffer, merchant: Merchant, now: Date) {
  const rule = detail.stock_use_rule
  const { stock_name: name, available_end_time: available_end, status } = detail
  const isHidden = shownTags.length === 0
  const isLegal = goodsTagSet(shownTags) !== undefined
  return {
    stockId,
    detail,
    kind: kindWords({ no_cash: detail.no_cash }),
    tag: stateTag({ status, available_end }, now),
    coupon: rule?.fixed_normal_coupon,
    total: rule?.max_coupons,
    perUser: rule?.max_coupons_per_user,
    faults: faults.map(({ chinese }) => chinese),
    shownTags: shownTags.join('、'),
    isHidden,
    tagRows: tagRows(shownTags),
    toProvider: isHidden || isLegal ? undefined : sentenceFor({ stockId, name, shownTags, merchant }),
    canImport: faults.length === 0 && (isHidden || isLegal),
  }
}

/** What the provider must change, ready to be sent. */
function sentenceFor(stock: { stockId: string; name: string; shownTags: string[]; merchant: Merchant }): string {
  const allowed = goodsTagSets.map(({ tags, meaning }, nth) => `${nth + 1}. ${tags.join('、')}（${meaning}）`)
  return [
    `您好，给“${stock.merchant.name}”的批次 ${stock.stockId}（${stock.name}）的订单优惠标记是 ${stock.shownTags.join('、')}，我们无法使用。`,
    '请把订单优惠标记改为下面六种之一；如果批次已激活不能修改，请按其中一种新建批次，并把新的批次号发给我们：',
    ...allowed,
  ].join('\n')
}
