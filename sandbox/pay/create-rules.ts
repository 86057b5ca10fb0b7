import { refusals, type RefusalRow } from './refusals.ts'

type Fields = Record<string, unknown>

const dayMs = 86_400_000

/**
 * WeChat's own checks of a new stock, in the order of its page; the first that fails is the answer
 * (docs/wechat/pay-v3.md 2.1).
 */
export function createRefusal(body: Fields, now: Date): RefusalRow | undefined {
  const [rule, use] = [objectOf(body.stock_use_rule), objectOf(body.coupon_use_rule)]
  const coupon = objectOf(use.fixed_normal_coupon)
  const wrong = [...ofStock(body, now), ...ofRule(rule), ...ofUse(use, coupon), ...ofLook(body)].find(
    ([, holds]) => !holds,
  )
  if (wrong) return wrongField(wrong[0], body)
  if (/测试|微信立减金/.test(String(body.stock_name))) return refusals.not_started_or_ended
  const [amount, count] = [Number(coupon.coupon_amount), Number(rule.max_coupons)]
  if (rule.max_amount !== amount * count) return refusals.budget_wrong
  if (Number(rule.max_coupons_per_user) > 60 || amount < 100) return refusals.special_permission
  if (Number(rule.max_coupons_per_user) > count) return refusals.stock_rules_wrong
  return undefined
}

/** A field as a JSON pointer, and whether it is as it must be. */
type Check = [pointer: string, holds: boolean]

function ofStock(body: Fields, now: Date): Check[] {
  const { stock_name: name, comment, out_request_no: number, ext_info } = body
  const [begin, end] = [body.available_begin_time, body.available_end_time].map(timeOf) as [number, number]
  const isShort = typeof name === 'string' && width(name) >= 1 && width(name) <= 20
  return [
    ['/stock_name', isShort && !/[_,;|]/.test(name)],
    ['/comment', comment === undefined || (typeof comment === 'string' && comment.length <= 60)],
    ['/belong_merchant', typeof body.belong_merchant === 'string'],
    ['/available_begin_time', begin >= now.getTime() - 60_000 && begin <= now.getTime() + 365 * dayMs],
    ['/available_end_time', end - begin >= 1_000 && end - begin <= 90 * dayMs],
    ['/no_cash', typeof body.no_cash === 'boolean'],
    ['/stock_type', body.stock_type === 'NORMAL'],
    ['/out_request_no', typeof number === 'string' && /^[A-Za-z0-9|_*-]{1,128}$/.test(number)],
    ['/ext_info', ext_info === undefined || (typeof ext_info === 'string' && ext_info.length <= 128)],
  ]
}

function ofRule(rule: Fields): Check[] {
  const { max_amount, max_amount_by_day: byDay } = rule
  return [
    ['/stock_use_rule/max_coupons', isWhole(rule.max_coupons, 5, 10_000_000)],
    ['/stock_use_rule/max_amount', isWhole(max_amount, 1, 10_000_000_000)],
    ['/stock_use_rule/max_amount_by_day', byDay === undefined || isWhole(byDay, 1, Number(max_amount))],
    ['/stock_use_rule/max_coupons_per_user', isWhole(rule.max_coupons_per_user, 1, 100)],
    ['/stock_use_rule/natural_person_limit', typeof rule.natural_person_limit === 'boolean'],
    ['/stock_use_rule/prevent_api_abuse', typeof rule.prevent_api_abuse === 'boolean'],
  ]
}

function ofUse(use: Fields, coupon: Fields): Check[] {
  const at = '/coupon_use_rule'
  const tags = use.goods_tag
  return [
    [`${at}/coupon_available_time`, use.coupon_available_time === undefined],
    [`${at}/fixed_normal_coupon/coupon_amount`, isWhole(coupon.coupon_amount, 2, 100_000)],
    [
      `${at}/fixed_normal_coupon/transaction_minimum`,
      isWhole(coupon.transaction_minimum, Number(coupon.coupon_amount) + 1, Number.MAX_SAFE_INTEGER),
    ],
    [`${at}/goods_tag`, tags === undefined || isList(tags, /^\w{1,128}$/)],
    [`${at}/limit_pay`, use.limit_pay === undefined || (isList(use.limit_pay, /^\w+$/) && use.limit_pay.length === 1)],
    [
      `${at}/trade_type`,
      use.trade_type === undefined || isList(use.trade_type, /^(MICROAPP|APPPAY|PPAY|CARD|FACE|OTHER)$/),
    ],
    [`${at}/available_items`, use.available_items === undefined || isList(use.available_items, /^.{1,128}$/)],
    [`${at}/unavailable_items`, use.unavailable_items === undefined],
    [`${at}/available_merchants`, isList(use.available_merchants, /^\d{6,32}$/)],
  ]
}

function ofLook(body: Fields): Check[] {
  if (body.pattern_info === undefined) return []
  const look = objectOf(body.pattern_info)
  const { description, jump_target: target } = look
  return [
    [
      '/pattern_info/description',
      typeof description === 'string' && description.length >= 1 && description.length <= 1000,
    ],
    [
      '/pattern_info/jump_target',
      target === undefined || ['PAYMENT_CODE', 'DEFAULT_PAGE', 'MINI_PROGRAM'].includes(String(target)),
    ],
    [
      '/pattern_info/mini_program_path',
      target !== 'MINI_PROGRAM' || (!!look.mini_program_appid && !!look.mini_program_path),
    ],
  ]
}

function wrongField(field: string, body: Fields): RefusalRow {
  const value = field
    .split('/')
    .slice(1)
    .reduce<unknown>((inner, name) => objectOf(inner)[name], body)
  const detail = {
    field,
    issue: 'source does not match the rule',
    location: 'body',
    ...(value !== undefined && { value }),
  }
  return { ...refusals.param_error, detail }
}

/** Of 20 letters a Chinese character takes two. */
function width(text: string): number {
  return text.length + (text.match(/[^ -ÿ]/g)?.length ?? 0)
}

function timeOf(value: unknown): number {
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)
  return isTime ? new Date(value).getTime() : Number.NaN
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
}

function isList(value: unknown, each: RegExp): value is string[] {
  const isShort = Array.isArray(value) && value.length >= 1 && value.length <= 50
  return isShort && value.every((one) => typeof one === 'string' && each.test(one))
}

function objectOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
