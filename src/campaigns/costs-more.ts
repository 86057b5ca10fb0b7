import { type Merchant, sendersOf } from '../merchants/merchant.ts'
import { awardsOf, type Rules, stockIdsOf } from './rules-of.ts'
import { grouped } from './in-chinese.ts'

const limitNames = {
  per_member: '每人限领',
  per_member_per_day: '每人每天限领',
  total: '总量',
  per_day: '每天限量',
} as const

/**
 * Why an edit of a campaign that is no draft may cost more than what was approved, one Chinese sentence each; empty when
 * it cannot. Publishing is asked for by itself.
 */
export function costsMore(merchant: Merchant, before: Rules, after: Rules, now: Date): string[] {
  return [
    ...raisedLimits(before, after),
    ...raisedTiers(before, after),
    ...boundStocks(before, after),
    ...boundSenders(merchant, before, after),
    ...moreTime(before, after, now),
  ]
}

function raisedLimits({ limits: before }: Rules, { limits: after }: Rules): string[] {
  return (['total', 'per_day', 'per_member', 'per_member_per_day'] as const).flatMap((name) => {
    const [was, is] = [before[name], after[name]]
    if (was === undefined || (is !== undefined && is <= was)) return []
    const now = is === undefined ? '改为不限' : `提高到 ${grouped(is)}`
    return [`${limitNames[name]}从 ${grouped(was)} ${now}`]
  })
}

/** Tiers are compared by their place: the lowest with the lowest. */
function raisedTiers({ spend: before }: Rules, { spend: after }: Rules): string[] {
  if (!before || !after) return []
  const known = new Map(before.tiers.map((tier) => [tier.at_least, tier]))
  const words = after.tiers.flatMap((tier, nth) => {
    const same = known.get(tier.at_least)
    const name = `第 ${nth + 1} 档`
    if (!same) {
      const isLower = before.tiers[nth] !== undefined && tier.at_least < before.tiers[nth].at_least
      return [isLower ? `${name}的门槛降低` : `${name}是新的门槛`]
    }
    const isMore = same.total !== undefined && (tier.total === undefined || tier.total > same.total)
    return isMore ? [`${name}的总量${tier.total === undefined ? '改为不限' : `提高到 ${grouped(tier.total)}`}`] : []
  })
  return [
    ...words,
    ...(before.tier_rule === 'highest' && after.tier_rule === 'all' ? ['达到几档就送几档'] : []),
    ...(before.mode !== after.mode || before.basis !== after.basis ? ['达标的算法改变'] : []),
  ]
}

function boundStocks(before: Rules, after: Rules): string[] {
  const known = stockIdsOf(before)
  const bound = stockIdsOf(after).filter((id) => !known.includes(id))
  const most = (rules: Rules, id: string) =>
    Math.max(...awardsOf(rules).map((award) => award.find(({ stock_id }) => stock_id === id)?.count ?? 0))
  const more = known.filter((id) => most(after, id) > most(before, id))
  const elsewhere = known.filter(
    (id) => !bound.includes(id) && !more.includes(id) && isGivenElsewhere(before, after, id),
  )
  return [
    ...bound.map((id) => `绑定批次 ${id}`),
    ...more.map((id) => `批次 ${id} 每次发得更多`),
    ...elsewhere.map((id) => `批次 ${id} 用在更多的档位`),
  ]
}

/** A stock that was given for much spending may not be given for little without being asked for. */
function isGivenElsewhere(before: Rules, after: Rules, id: string): boolean {
  const tiersWith = ({ spend }: Rules) =>
    (spend?.tiers ?? []).filter((tier) => tier.coupons.some(({ stock_id }) => stock_id === id))
  const known = tiersWith(before).map((tier) => tier.at_least)
  return tiersWith(after).some(({ at_least }) => !known.includes(at_least))
}

function boundSenders(merchant: Merchant, before: Rules, after: Rules): string[] {
  const known = sendersOf(merchant, before.sender_mchids).map(({ mchid }) => mchid)
  const bound = sendersOf(merchant, after.sender_mchids).filter(({ mchid }) => !known.includes(mchid))
  return bound.map(({ mchid }) => `绑定发券商户号 ${mchid}`)
}

/** A campaign that is over gives nothing; one without a total gives as long as it is open. */
function moreTime(before: Rules, after: Rules, now: Date): string[] {
  if (after.ends_at <= before.ends_at) return []
  if (before.ends_at <= now) return ['已结束的活动重新开始']
  return after.limits.total === undefined ? ['没有总量的活动延长时间'] : []
}
