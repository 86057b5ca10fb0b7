import { Unusable } from '../../../../plumbing/unusable.ts'
import { type ByHand, byHandFaults } from '../../../../stocks/provider/by-hand.ts'
import { inChinese } from '../../../../stocks/provider/plan/faults-in-chinese.ts'
import { type WantedStock, wantedStock } from '../../../../stocks/provider/wanted-stock.ts'
import type { Merchant } from '../../../../merchants/merchant.ts'
import type { Services } from '../../../../services.ts'
import type { FieldError } from '../../render.ts'
import { byHandOf, planOf } from './plan-of.ts'

/** The form, checked: a stock that may be asked for, or what is wrong at which field. */
export type Checked = { errors: []; wanted: WantedStock; byHand: ByHand } | { errors: FieldError[]; wanted?: undefined }

/** Checks the form against every rule of WeChat's that we know; sends and stores nothing. */
export async function checkStock(
  services: Services,
  { merchant, creators }: { merchant: Merchant; creators: { value: string }[] },
  asked: URLSearchParams,
): Promise<Checked> {
  const byHand = byHandOf(asked)
  const ofHand = byHandFaults(byHand).map(({ field, chinese }) => ({ name: fieldsByHand[field], text: chinese }))
  if (!creators.some(({ value }) => value === asked.get('creator')))
    ofHand.push({ name: 'creator', text: '请选择制券商户号' })
  try {
    const wanted = await wantedStock(services, merchant, planOf(asked), byHand)
    return ofHand.length > 0 ? { errors: ofHand } : { errors: [], wanted, byHand }
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
    return { errors: oneEach([...fieldErrors(error.faults), ...ofHand]) }
  }
}

/** The faults at their fields; the product of two numbers is not blamed while one of them is wrong. */
function fieldErrors(faults: string[]): FieldError[] {
  const found = faults
    .map(inChinese)
    .map(({ path, chinese }) => ({ path, name: fields[path] ?? 'name', text: chinese }))
  const names = new Set(found.filter(({ path }) => path !== budgetPath).map(({ name }) => name))
  const isBlamed = names.has('amount') || names.has('total')
  return found.filter(({ path }) => path !== budgetPath || !isBlamed).map(({ name, text }) => ({ name, text }))
}

function oneEach(errors: FieldError[]): FieldError[] {
  return errors.filter(({ name }, nth) => errors.findIndex((other) => other.name === name) === nth)
}

const budgetPath = 'stock_use_rule.max_amount'
const coupon = 'coupon_use_rule.fixed_normal_coupon'

/** The form's names of WeChat's fields. */
const fields: Record<string, string> = {
  stock_name: 'name',
  no_cash: 'kind',
  comment: 'comment',
  belong_merchant: 'creator',
  available_begin_time: 'begin',
  available_end_time: 'end',
  'stock_use_rule.max_coupons': 'total',
  [budgetPath]: 'total',
  'stock_use_rule.max_amount_by_day': 'day_budget',
  'stock_use_rule.max_coupons_per_user': 'per_member',
  [`${coupon}.coupon_amount`]: 'amount',
  [`${coupon}.transaction_minimum`]: 'threshold',
  'coupon_use_rule.goods_tag': 'tags',
  'coupon_use_rule.limit_pay': 'limit_pay',
  'coupon_use_rule.trade_type': 'scenes',
  'coupon_use_rule.combine_use': 'combine',
  'coupon_use_rule.available_items': 'items',
  'coupon_use_rule.available_merchants': 'merchants',
  'pattern_info.description': 'notes',
  'pattern_info.merchant_logo': 'logo',
  'pattern_info.merchant_name': 'shop_name',
  'pattern_info.background_color': 'color',
  'pattern_info.coupon_image': 'image',
  'pattern_info.jump_target': 'jump',
  'pattern_info.mini_program_appid': 'jump_appid',
  'pattern_info.mini_program_path': 'jump_path',
}

const fieldsByHand: Record<keyof ByHand, string> = {
  senders: 'senders',
  weekDays: 'days',
  dayBegins: 'day_begin',
  dayEnds: 'day_end',
  daysAfterReceipt: 'valid_days',
  excludedGoods: 'excluded',
}
