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
  const limits: Limit[] = []
  const add = (
    scope: string,
    limit: number | undefined,
    level: Limit['level'],
    reason: MemberReason,
    ttlSeconds: number,
  ) => {
    if (limit !== undefined) limits.push({ scope, limit, take: 1, level, stockRef: undefined, reason, ttlSeconds })
  }

  const perMemberReason = per_member === 1 ? 'already_claimed' : 'member_limit'
  add(`${root}/member/${openid}`, per_member, 'member', perMemberReason, memberTtlSeconds)
  add(`${root}/member/${openid}/${day}`, per_member_per_day, 'member', 'member_day_limit', dayTtlSeconds)
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
  const tierTotal = tier === undefined ? undefined : campaign.spend?.tiers.find((one) => one.at_least === tier)?.total
  add(`${root}/tier/${tier}`, tierTotal, 'campaign', 'sold_out', campaignTtlSeconds)
  add(`${root}/total`, total, 'campaign', 'sold_out', campaignTtlSeconds)
  add(`${root}/day/${day}`, per_day, 'campaign', 'day_sold_out', dayTtlSeconds)
  return limits
}
