import { beijingTime } from '../plumbing/clock.ts'
import { grouped, yuan } from './in-chinese.ts'
import type { Stocks } from './promise.ts'
import { awardWords } from './read-back.ts'
import type { Rules } from './rules-of.ts'

/** One thing in which two versions of a campaign differ; null where there is nothing. */
export type Difference = { name: string; before: string | null; after: string | null }

/** Everything in which two versions differ, in the words of the console. */
export function differencesOf(before: Rules, after: Rules, stocks: Stocks): Difference[] {
  const [old, now] = [factsOf(before, stocks), factsOf(after, stocks)]
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return names
    .map((name) => ({ name, before: old[name] ?? null, after: now[name] ?? null }))
    .filter((one) => one.before !== one.after)
}

const stateNames = { draft: '草稿', published: '已发布', paused: '已暂停', ended: '已结束' }
const channels: Record<string, string> = { store: '门店', online: '线上' }
const modes = { single: '单笔', cumulative: '累计', count: '次数' }
const bases = { payer_total: '实付金额', total: '订单金额', settlement: '结算金额' }

/** Every fact of a campaign with its name, in the order of the editor; what is not set is null. */
function factsOf(rules: Rules, stocks: Stocks): Record<string, string | null> {
  const { limits, spend } = rules
  const number = (count: number | undefined) => (count === undefined ? '不限' : grouped(count))
  return {
    状态: stateNames[rules.state],
    活动名称: rules.title,
    ...(spend ? spendFacts(spend, stocks) : { 优惠券: namedAward(rules.coupons, stocks) }),
    总量: number(limits.total),
    每天限量: number(limits.per_day),
    每人限领: number(limits.per_member),
    每人每天限领: number(limits.per_member_per_day),
    开始: beijingTime(rules.starts_at),
    结束: beijingTime(rules.ends_at),
    活动规则: rules.rules || null,
    使用渠道: rules.channel && (channels[rules.channel] ?? rules.channel),
    可与其他券同时使用: rules.stackable ? '是' : '否',
    发券商户号: rules.sender_mchids.join('、') || null,
    ...(rules.kind === 'card_open' && {
      哪些卡: rules.cards === 'any' ? '所有有效的卡' : '活动期间新领的卡',
      转赠的卡: rules.gifted ? '也算' : '不算',
      会员卡编号: rules.card_ids.join('、') || '全部',
    }),
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
  }
}

function namedAward(coupons: Rules['coupons'], stocks: Stocks): string {
  return coupons.map((one) => `批次 ${one.stock_id} ${awardWords([one], stocks)}`).join('、')
}
