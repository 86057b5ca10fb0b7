import { beijingOffset } from '../../../../plumbing/clock.ts'
import type { ByHand } from '../../../../stocks/provider/by-hand.ts'
import { countOf, fenOf } from '../../fen-of.ts'

/** The form in WeChat's fields; what was not understood is no value of the field, which then says so. */
export function planOf(asked: URLSearchParams): object {
  const [amount, total] = [fenOf(valueOf(asked, 'amount')), countOf(valueOf(asked, 'total'))]
  const budget = valueOf(asked, 'day_budget')
  return {
    stock_name: valueOf(asked, 'name'),
    ...given('comment', valueOf(asked, 'comment')),
    belong_merchant: valueOf(asked, 'creator'),
    available_begin_time: instantOf(valueOf(asked, 'begin'), '00'),
    // The last minute is part of it.
    available_end_time: instantOf(valueOf(asked, 'end'), '59'),
    stock_use_rule: {
      max_coupons: total,
      max_amount: amount * total,
      ...(budget !== '' && { max_amount_by_day: fenOf(budget) }),
      max_coupons_per_user: countOf(valueOf(asked, 'per_member')),
      natural_person_limit: asked.getAll('limits').includes('natural'),
      prevent_api_abuse: asked.getAll('limits').includes('abuse'),
    },
    pattern_info: patternOf(asked),
    coupon_use_rule: useOf(asked, amount),
    no_cash: { cash: false, no_cash: true }[valueOf(asked, 'kind')],
    stock_type: 'NORMAL',
  }
}

/** What only the platform's page takes. */
export function byHandOf(asked: URLSearchParams): ByHand {
  const days = valueOf(asked, 'valid_days')
  const creator = valueOf(asked, 'creator')
  return {
    senders: [...new Set(wordsOf(asked, 'senders'))].filter((mchid) => mchid !== creator),
    weekDays: asked.getAll('days').map(countOf),
    dayBegins: valueOf(asked, 'day_begin') || undefined,
    dayEnds: valueOf(asked, 'day_end') || undefined,
    daysAfterReceipt: days === '' ? undefined : countOf(days),
    excludedGoods: wordsOf(asked, 'excluded'),
  }
}

function useOf(asked: URLSearchParams, amount: number): object {
  const [scenes, items, limitPay] = [asked.getAll('scenes'), wordsOf(asked, 'items'), valueOf(asked, 'limit_pay')]
  return {
    fixed_normal_coupon: { coupon_amount: amount, transaction_minimum: fenOf(valueOf(asked, 'threshold')) },
    goods_tag: valueOf(asked, 'tags').split(','),
    ...(limitPay !== '' && { limit_pay: [limitPay] }),
    ...(scenes.length > 0 && { trade_type: scenes }),
    combine_use: { yes: true, no: false }[valueOf(asked, 'combine')],
    ...(items.length > 0 && { available_items: items }),
    available_merchants: wordsOf(asked, 'merchants'),
  }
}

function patternOf(asked: URLSearchParams): object {
  const jump = valueOf(asked, 'jump')
  return {
    description: valueOf(asked, 'notes'),
    ...given('merchant_logo', valueOf(asked, 'logo')),
    ...given('merchant_name', valueOf(asked, 'shop_name')),
    ...given('background_color', valueOf(asked, 'color')),
    ...given('coupon_image', valueOf(asked, 'image')),
    jump_target: jump,
    ...(jump === 'MINI_PROGRAM' && given('mini_program_appid', valueOf(asked, 'jump_appid'))),
    ...(jump === 'MINI_PROGRAM' && given('mini_program_path', valueOf(asked, 'jump_path'))),
  }
}

function valueOf(asked: URLSearchParams, name: string): string {
  return asked.get(name) ?? ''
}

/** A list that somebody has typed. */
function wordsOf(asked: URLSearchParams, name: string): string[] {
  return valueOf(asked, name)
    .split(/[\s,，;；、]+/)
    .filter(Boolean)
}

function given(name: string, value: string): Record<string, string> {
  return value === '' ? {} : { [name]: value }
}

/** A Beijing time as the browser's field has it: `2026-11-30T13:20`. */
function instantOf(text: string, seconds: string): string {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text) ? `${text}:${seconds}${beijingOffset}` : ''
}
