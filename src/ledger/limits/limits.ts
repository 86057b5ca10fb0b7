import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../../refusal.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { scopes } from './scopes.ts'

/** A limit that a grant falls under: its scope has `limit` places, and the grant takes `take` of them. */
export type Limit = {
  scope: string
  limit: number
  take: number
  /** Whether the places belong to one member (few, cheap to read) or to the whole campaign. */
  level: 'member' | 'campaign'
  /** Only for a stock's own limit, where each coupon holds a separate place. */
  stockRef: number | undefined
  /** The reason that the member sees when the limit is full. */
  reason: MemberReason
  /** How long the gate remembers the scope after its last use; after that it asks the ledger again. */
  ttlSeconds: number
  /** Raised when the campaign's limits are changed; the gate then forgets what it knew before. */
  revision: number
}

const hourSeconds = 3_600
const memberTtlSeconds = 24 * hourSeconds
/** The places of a day are not needed after that day. */
const dayTtlSeconds = 26 * hourSeconds
const campaignTtlSeconds = 7 * 24 * hourSeconds

/**
 * Returns every limit of one award. The member's own limits come first, so that a member who already has the coupon
 * sees that reason and not "sold out". `mark` identifies the member; `at` decides the Beijing day.
 */
export function limitsOf(award: {
  campaign: Pick<Campaign, 'id' | 'limits' | 'limits_revision' | 'spend'>
  mark: string
  coupons: { stock: Pick<Stock, 'id' | 'max_coupons_per_user'>; count: number }[]
  tier: number | undefined
  at: Date
}): Limit[] {
  const { campaign, mark, tier, at } = award
  const { id, limits_revision: revision } = campaign
  const { per_member, per_member_per_day, total, per_day } = campaign.limits
  const limits: Limit[] = []
  const add = (
    scope: string,
    limit: number | undefined,
    level: Limit['level'],
    reason: MemberReason,
    ttlSeconds: number,
  ) => {
    if (limit !== undefined)
      limits.push({ scope, limit, take: 1, level, stockRef: undefined, reason, ttlSeconds, revision })
  }

  const perMemberReason = per_member === 1 ? 'already_claimed' : 'member_limit'
  add(scopes.member(id, mark), per_member, 'member', perMemberReason, memberTtlSeconds)
  add(scopes.memberDay(id, mark, at), per_member_per_day, 'member', 'member_day_limit', dayTtlSeconds)
  for (const { stock, count } of award.coupons) {
    limits.push({
      scope: scopes.stock(stock.id, mark),
      limit: stock.max_coupons_per_user,
      take: count,
      level: 'member',
      stockRef: stock.id,
      reason: 'member_limit',
      ttlSeconds: memberTtlSeconds,
      revision: 0,
    })
  }
  const tierTotal = campaign.spend?.tiers.find((one) => one.at_least === tier)?.total
  if (tier !== undefined) add(scopes.tier(id, tier), tierTotal, 'campaign', 'sold_out', campaignTtlSeconds)
  add(scopes.total(id), total, 'campaign', 'sold_out', campaignTtlSeconds)
  add(scopes.day(id, at), per_day, 'campaign', 'day_sold_out', dayTtlSeconds)
  return limits
}
