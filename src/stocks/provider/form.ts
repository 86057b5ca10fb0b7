import { beijingTime } from '../../plumbing/clock.ts'
import { goodsTagSet } from '../goods-tags.ts'
import { type ByHand, hasHoursOf } from './by-hand.ts'
import type { StockPlan } from './plan/read-plan.ts'

/**
 * One field of the page on which a provider makes a stock by hand. `copy`: what is typed there, where `value` says more;
 * empty where nothing is typed.
 */
export type FormLine = { label: string; value: string; copy?: string }

/** Where that page is. */
export const formPath = '服务商平台 · 营销中心 · 代金券 · 创建全场券'

/**
 * The 填写单: what to fill in, field by field in the platform's order, where the call cannot make the stock because it
 * has no field for its senders (docs/wechat/pay-v3.md 2.1).
 */
export function formLines(plan: StockPlan, byHand: ByHand): FormLine[] {
  const { stock_use_rule: rule, coupon_use_rule: use, pattern_info: look } = plan
  const { coupon_amount: amount, transaction_minimum: minimum } = use.fixed_normal_coupon
  return [
    line('批次名称', plan.stock_name),
    line('资金方式', plan.no_cash ? '免充值' : '预充值', ''),
    money('面额', amount),
    line('使用门槛', `满 ${yuan(minimum)}可用`, plainYuan(minimum)),
    line('发放总量', `${rule.max_coupons} 张`, String(rule.max_coupons)),
    money('总预算', rule.max_amount),
    rule.max_amount_by_day === undefined ? line('单天预算', '不限', '') : money('单天预算', rule.max_amount_by_day),
    line('可用时间（北京时间）', `${localTime(plan.available_begin_time)} 至 ${localTime(plan.available_end_time)}`),
    line('可用时段', hoursOf(byHand), ...(hasHoursOf(byHand) ? [] : [''])),
    line('领取后生效', validityOf(byHand), String(byHand.daysAfterReceipt ?? '')),
    line('每人限领', `${rule.max_coupons_per_user} 张`, String(rule.max_coupons_per_user)),
    line('自然人限制', switched(rule.natural_person_limit), ''),
    line('防刷拦截', switched(rule.prevent_api_abuse), ''),
    maybe('不可用商品', byHand.excludedGoods.join('、'), '不填'),
    maybe('可用商品', use.available_items?.join('、'), '不限'),
    maybe('使用说明', look?.description, '不填'),
    maybe('备注', plan.comment, '不填'),
    line('可用商户', use.available_merchants.join('、')),
    line('可发券商户', sendersOf(byHand), byHand.senders.join('、')),
    ...jumpLines(look),
    maybe('支付方式', paymentOf(use), '不限'),
    maybe('支付场景', use.trade_type?.map((type) => tradeTypes[type]).join('、'), '不限'),
    line('与其他代金券叠加', use.combine_use === false ? '不可叠加' : '可叠加', ''),
    line(
      '订单优惠标记',
      `${use.goods_tag.join('、')}（${goodsTagSet(use.goods_tag)!.meaning}）`,
      use.goods_tag.join('、'),
    ),
    ...lookLines(look),
  ]
}

function sendersOf({ senders }: ByHand): string {
  if (senders.length === 0) return '不填（只有制券商户自己发券）'
  return `${senders.join('、')}（激活前请一次填全；每批次最多可填几个未经微信确认，常见说法为 10 个）`
}

const weekDays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

function hoursOf(byHand: ByHand): string {
  if (!hasHoursOf(byHand)) return '不限'
  const days = byHand.weekDays.map((day) => weekDays[day]).join('、') || '每天'
  return `${days} ${byHand.dayBegins ?? '00:00'} 至 ${byHand.dayEnds ?? '23:59'}`
}

function validityOf({ daysAfterReceipt: days }: ByHand): string {
  return days === undefined ? '立即生效，不另设有效天数' : `立即生效，领取后 ${days} 天内有效`
}

type Look = StockPlan['pattern_info']

function jumpLines(look: Look): FormLine[] {
  const { jump_target: target = 'DEFAULT_PAGE' } = look ?? {}
  const program = [look?.mini_program_appid, look?.mini_program_path].filter(Boolean).join(' ')
  return [
    target === 'MINI_PROGRAM'
      ? line('跳转', `${targets[target]} ${program}`, program)
      : line('跳转', targets[target], ''),
  ]
}

function lookLines(look: Look): FormLine[] {
  const { merchant_name: name, background_color: color, merchant_logo: logo, coupon_image: image } = look ?? {}
  return [
    ...(name ? [line('商户名称', name)] : []),
    ...(color ? [line('券背景色', color)] : []),
    ...(logo ? [line('商户图标', logo)] : []),
    ...(image ? [line('券详情图', image)] : []),
  ]
}

function paymentOf({ limit_pay, limit_card }: StockPlan['coupon_use_rule']): string {
  const card = limit_card && `仅限${limit_card.name}，卡号开头 ${limit_card.bin.join('、')}`
  return [limit_pay?.join('、'), card].filter(Boolean).join('；')
}

const targets = { PAYMENT_CODE: '付款码', MINI_PROGRAM: '小程序', DEFAULT_PAGE: '默认页面' }
const tradeTypes = {
  MICROAPP: '小程序支付',
  APPPAY: 'APP 支付',
  PPAY: '免密支付',
  CARD: '付款码支付',
  FACE: '人脸支付',
  OTHER: '其他（公众号、扫码等）',
}

function line(label: string, value: string, copy?: string): FormLine {
  return { label, value, ...(copy !== undefined && { copy }) }
}

/** A field that may stay empty. */
function maybe(label: string, given: string | undefined, otherwise: string): FormLine {
  return given ? line(label, given) : line(label, otherwise, '')
}

function money(label: string, fen: number): FormLine {
  return line(label, yuan(fen), plainYuan(fen))
}

/** As one types it into a field whose unit is yuan: 2, or 12.50. */
function plainYuan(fen: number): string {
  return (fen / 100).toFixed(2).replace('.00', '')
}

function yuan(fen: number): string {
  return `${(fen / 100).toFixed(2)} 元`
}

function localTime(time: string): string {
  return beijingTime(new Date(time))
}

function switched(on: boolean): string {
  return on ? '开启' : '不开启'
}
