import { beijingTime } from '../plumbing/clock.ts'
import { grouped, yuan } from './in-chinese.ts'
import { defaultLateFacts } from './late-facts.ts'
import type { Stocks } from './promise.ts'
import { awardWords } from './read-back.ts'
import type { Rules } from './rules-of.ts'

const stateNames = { draft: '草稿', published: '已发布', paused: '已暂停', ended: '已结束' }
const channels: Record<string, string> = { store: '门店', online: '线上' }
const modes = { single: '单笔', cumulative: '累计', count: '次数' }
const bases = { payer_total: '实付金额', total: '订单金额', settlement: '结算金额' }

type Facts = Record<string, string | null>

/**
 * Every fact of a campaign with its name, in the order of the editor; what is not set is null. A part of the rules has
 * the facts of that part alone.
 */
export function factsOf(rules: Partial<Rules>, stocks: Stocks): Facts {
  const { spend, limits } = rules
  return {
    ...of(rules.state, (state) => ({ 状态: stateNames[state] })),
    ...of(rules.title, (title) => ({ 活动名称: title })),
    ...(spend ? spendFacts(spend, stocks) : of(rules.coupons, (coupons) => ({ 优惠券: namedAward(coupons, stocks) }))),
    ...of(limits, limitFacts),
    ...of(rules.starts_at, (at) => ({ 开始: beijingTime(at) })),
    ...of(rules.ends_at, (at) => ({ 结束: beijingTime(at) })),
    ...of(rules.rules, (text) => ({ 活动规则: text || null })),
    ...of(rules.channel, (channel) => ({ 使用渠道: channel && (channels[channel] ?? channel) })),
    ...of(rules.stackable, (is) => ({ 可与其他券同时使用: is ? '是' : '否' })),
    ...of(rules.sender_mchids, (numbers) => ({ 发券商户号: numbers.join('、') || null })),
    ...(rules.kind === 'card_open' && cardFacts(rules)),
  }
}

function of<T>(part: T | undefined, facts: (part: T) => Facts): Facts {
  return part === undefined ? {} : facts(part)
}

function limitFacts(limits: Rules['limits']): Facts {
  const number = (count: number | undefined) => (count === undefined ? '不限' : grouped(count))
  return {
    总量: number(limits.total),
    每天限量: number(limits.per_day),
    每人限领: number(limits.per_member),
    每人每天限领: number(limits.per_member_per_day),
  }
}

function cardFacts(rules: Partial<Rules>): Facts {
  return {
    ...of(rules.cards, (cards) => ({ 哪些卡: cards === 'any' ? '所有有效的卡' : '活动期间新领的卡' })),
    ...of(rules.gifted, (is) => ({ 转赠的卡: is ? '也算' : '不算' })),
    ...of(rules.card_ids, (ids) => ({ 会员卡编号: ids.join('、') || '全部' })),
  }
}

function spendFacts(spend: NonNullable<Rules['spend']>, stocks: Stocks): Record<string, string> {
  const bound = (at: number) => (spend.mode === 'count' ? `第 ${grouped(at)} 笔` : `满 ${yuan(at)} 元`)
  const tiers = spend.tiers.map(({ at_least, coupons, total }) => {
    const size = total === undefined ? '' : `（最多 ${grouped(total)} 份）`
    return `${bound(at_least)}：${namedAward(coupons, stocks)}${size}`
  })
  return {
    怎样算达标: modes[spend.mode],
    金额: bases[spend.basis],
    ...(spend.mode === 'cumulative' && { 累计周期: `${spend.window_days} 天` }),
    档位: tiers.join('；'),
    达到几档: spend.tier_rule === 'all' ? '每档都送' : '只送最高一档',
    用过本活动券的订单: spend.exclude_orders_using_our_coupons ? '不算' : '也算',
    等待: `${grouped(spend.hold_minutes)} 分钟`,
    账单补记的付款: lateWords(spend),
  }
}

function lateWords({ late_facts: { earn, within_days } = defaultLateFacts }: NonNullable<Rules['spend']>): string {
  return earn ? `也送，到活动结束后 ${within_days} 天为止` : '不送'
}

function namedAward(coupons: Rules['coupons'], stocks: Stocks): string {
  return coupons.map((one) => `批次 ${one.stock_id} ${awardWords([one], stocks)}`).join('、')
}
