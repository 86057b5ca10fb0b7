import { beijingTime } from '../plumbing/clock.ts'
import { grouped, minuteWords, yuan } from './in-chinese.ts'
import { promisedBy, type Stocks } from './promise.ts'
import type { Rules } from './rules-of.ts'

/** A campaign's rules in a sentence, for whoever must see at once what it does. `now` decides whether a year is named. */
export function readBack(rules: Rules, stocks: Stocks, now: Date): string {
  return `${[...whoGetsWhat(rules, stocks), mostOfAll(rules, stocks), whenWords(rules, now)].join('，')}。`
}

function whoGetsWhat(rules: Rules, stocks: Stocks): string[] {
  const { kind, spend, limits } = rules
  if (spend) return [tierWords(spend, stocks), ...memberWords(limits)]
  const award = awardWords(rules.coupons, stocks)
  if (kind === 'card_open') {
    const cards = rules.cards === 'any' ? '有会员卡的会员' : '活动期间新领会员卡的会员'
    return [`${cards}得 ${award}`, ...memberWords(limits, 1)]
  }
  const times = limits.per_member ?? 0
  const each = times > 1 ? `每位会员最多领 ${grouped(times)} 次，每次 ${award}` : `每位会员领 ${award}`
  return [each, ...memberWords({ ...limits, per_member: 1 }, 1)]
}

function memberWords({ per_member: ever, per_member_per_day: day }: Rules['limits'], usual?: number): string[] {
  return [
    ...(ever !== undefined && ever !== usual ? [`每位会员最多 ${grouped(ever)} 次`] : []),
    ...(day === undefined ? [] : [`每位会员每天最多 ${grouped(day)} 次`]),
  ]
}

const sums = { payer_total: '实付', total: '订单金额', settlement: '结算金额' }

/** `单笔实付满 50 元送 1 张 5 元券` for each tier. */
function tierWords(spend: NonNullable<Rules['spend']>, stocks: Stocks): string {
  const tiers = spend.tiers.map(({ at_least, coupons, total }) => {
    const only = total === undefined ? '' : `（最多 ${grouped(total)} 份）`
    return `${boundWords(spend, at_least)}送 ${awardWords(coupons, stocks)}${only}`
  })
  const many = tiers.length > 1 ? `，同时达到几档时${spend.tier_rule === 'all' ? '每档都送' : '只送最高一档'}` : ''
  return `${tiers.join('；')}${many}`
}

function boundWords({ mode, basis, window_days }: NonNullable<Rules['spend']>, bound: number): string {
  if (mode === 'count') return `第 ${grouped(bound)} 笔消费`
  const head = mode === 'single' ? '单笔' : `每 ${window_days} 天累计`
  return `${head}${sums[basis]}满 ${yuan(bound)} 元`
}

/** `1 张 2 元券和 2 张 5 元券`; a stock that is not known is named by its number. */
export function awardWords(coupons: Rules['coupons'], stocks: Stocks): string {
  const words = coupons.map(({ stock_id, count }) => {
    const stock = stocks.get(stock_id)
    return `${grouped(count)} 张 ${stock ? `${yuan(stock.coupon_amount)} 元券` : `批次 ${stock_id} 的券`}`
  })
  return words.join('和 ')
}

function mostOfAll(rules: Rules, stocks: Stocks): string {
  const { awards, fen } = promisedBy(rules, stocks)
  const isSingle = rules.spend === null && rules.coupons.length === 1 && rules.coupons[0]!.count === 1
  const unit = isSingle ? '张' : '份'
  const all = awards === undefined ? '全场不限总量' : `全场最多 ${grouped(awards)} ${unit}（${yuan(fen ?? 0)} 元）`
  const { per_day: day } = rules.limits
  return day === undefined ? all : `${all}，每天最多 ${grouped(day)} ${unit}`
}

function whenWords({ starts_at, ends_at }: Rules, now: Date): string {
  const year = beijingTime(now).slice(0, 4)
  return `${minuteWords(starts_at, year)} 至 ${minuteWords(ends_at, year)}（含当日，北京时间）`
}
