import { beijingDay } from '../../plumbing/clock.ts'
import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { MemberReason } from '../../refusal.ts'
import type { Stock } from '../../plumbing/storage/schema/stock.ts'
import { type Kind, kinds, memberTtlSeconds, sizeOf } from './kinds.ts'
import { scopeOf } from './scopes.ts'

/** A limit that a grant falls under: its scope has `limit` places, and the grant takes `take` of them. */
export type Limit = {
  /** Which limit of the campaign it is; `stock`: a stock's own. */
  name: Kind['name'] | 'stock'
  scope: string
  limit: number
  take: number
  /** Whether the places belong to one member (few, cheap to read) or to the whole campaign. */
  level: Kind['level']
  /** Only for a stock's own limit, where each coupon holds a separate place. */
  stockRef: number | undefined
  /** The reason that the member sees when the limit is full. */
  reason: MemberReason
  /** How long the gate remembers the scope after its last use; after that it asks the ledger again. */
  ttlSeconds: number
  /** Raised when the campaign's limits are changed; the gate then forgets what it knew before. */
  revision: number
}

type OfCampaign = {
  campaign: Pick<Campaign, 'id' | 'limits' | 'limits_revision' | 'spend'>
  tier: number | undefined
  /** Decides the Beijing day. */
  at: Date
}
/** `mark` identifies the member. */
type OfMember = OfCampaign & {
  mark: string
  coupons: { stock: Pick<Stock, 'id' | 'max_coupons_per_user'>; count: number }[]
}

/** Returns every limit of one award, the member's own first. */
export function limitsOf(award: OfMember): Limit[] {
  return [...memberLimitsOf(award), ...campaignLimitsOf(award)]
}

/** Returns the member's own limits: first the campaign's limits per member, then each stock's limit. */
export function memberLimitsOf(award: OfMember): Limit[] {
  const ofStocks = award.coupons.map(({ stock, count }): Limit => {
    return {
      name: 'stock',
      scope: scopeOf('stock', { stock: stock.id, mark: award.mark }),
      limit: stock.max_coupons_per_user,
      take: count,
      level: 'member',
      stockRef: stock.id,
      reason: 'member_limit',
      ttlSeconds: memberTtlSeconds,
      revision: 0,
    }
  })
  return [...limitsAt('member', award, award.mark), ...ofStocks]
}

/** Returns the limits of the whole campaign, which all its members share. */
export function campaignLimitsOf(award: OfCampaign): Limit[] {
  return limitsAt('campaign', award, '')
}

function limitsAt(level: Kind['level'], { campaign, tier, at }: OfCampaign, mark: string): Limit[] {
  const { id, limits_revision: revision } = campaign
  const facts = { campaign: id, mark, day: beijingDay(at), tier: tier ?? '' }
  const limits: Limit[] = []
  for (const kind of kinds) {
    if (kind.level !== level) continue
    const limit = sizeOf(kind, campaign, tier)
    if (limit === undefined) continue
    const { name, reason, ttlSeconds } = kind
    const scope = scopeOf(name, facts)
    limits.push({
      name,
      scope,
      limit,
      take: 1,
      level,
      stockRef: undefined,
      reason: reason(limit),
      ttlSeconds,
      revision,
    })
  }
  return limits
}
