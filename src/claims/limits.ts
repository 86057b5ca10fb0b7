import type { Campaign } from '../campaigns/campaign.ts'
import { beijingDay } from '../clock.ts'
import type { MemberReason } from '../refusal.ts'
import type { Stock } from '../stocks/stock.ts'

/** A limit that a grant falls under: its scope has `limit` places, and the grant takes `take` of them. */
export type Limit = {
  scope: string
  limit: number
  take: number
  /** Whose places they are: one member's (few, cheap to read back) or the whole campaign's. */
  level: 'member' | 'campaign'
  /** Set for a stock's own limit: each of its coupons holds a place of its own. */
  stockRef: number | undefined
  /** What the member is told when it is full. */
  reason: MemberReason
  /** How long the gate remembers the scope after its last use; after that it asks the ledger again. */
  ttlSeconds: number
}

const hourSeconds = 3_600
const memberTtlSeconds = 24 * hourSeconds
/** A day's places are of no use after the day. */
const dayTtlSeconds = 26 * hourSeconds
const campaignTtlSeconds = 7 * 24 * hourSeconds

/**
 * Every limit of one award, the member's own first, so that a member who already has the coupon is told that and not
 * "sold out". Days are Beijing days.
 */
export function limitsOf(award: {
  campaign: Campaign
  openid: string
  coupons: { stock: Stock; count: number }[]
  tier: number | undefined
  at: Date
}): Limit[] {
  const { campaign, openid, tier, at } = award
  const { per_member, per_member_per_day, total, per_day } = campaign.limits
  const root = `campaign/${campaign.id}`
  const day = beijingDay(at)
  const tierTotal = campaign.spend?.tiers.find((one) => one.at_least === tier)?.total
  const member = { take: 1, level: 'member', stockRef: undefined } as const
  const whole = { take: 1, level: 'campaign', stockRef: undefined } as const

  const limits: Limit[] = []
  if (per_member !== undefined) {
    const reason = per_member === 1 ? 'already_claimed' : 'member_limit'
    limits.push({
      ...member,
      scope: `${root}/member/${openid}`,
      limit: per_member,
      reason,
      ttlSeconds: memberTtlSeconds,
    })
  }
  if (per_member_per_day !== undefined) {
    const scope = `${root}/member/${openid}/${day}`
    limits.push({ ...member, scope, limit: per_member_per_day, reason: 'member_day_limit', ttlSeconds: dayTtlSeconds })
  }
  for (const { stock, count } of award.coupons) {
    limits.push({
      scope: `stock/${stock.id}/member/${openid}`,
      limit: stock.max_coupons_per_user,
      take: count,
      level: 'member',
      stockRef: stock.id,
      reason: 'member_limit',
      ttlSeconds: memberTtlSeconds,
    })
  }
  if (tierTotal !== undefined) {
    limits.push({
      ...whole,
      scope: `${root}/tier/${tier}`,
      limit: tierTotal,
      reason: 'sold_out',
      ttlSeconds: campaignTtlSeconds,
    })
  }
  if (total !== undefined) {
    limits.push({ ...whole, scope: `${root}/total`, limit: total, reason: 'sold_out', ttlSeconds: campaignTtlSeconds })
  }
  if (per_day !== undefined) {
    limits.push({
      ...whole,
      scope: `${root}/day/${day}`,
      limit: per_day,
      reason: 'day_sold_out',
      ttlSeconds: dayTtlSeconds,
    })
  }
  return limits
}
