import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import type { CampaignLimits } from '../../plumbing/storage/schema.ts'
import type { MemberReason } from '../../refusal.ts'

/** One kind of limit that a campaign can have. */
export type Kind = {
  /** The name in `limits` of the campaign file; `tier` is the total of each tier. It names the scopes too. */
  name: keyof CampaignLimits | 'tier'
  /** Whether the places belong to one member or to the whole campaign. */
  level: 'member' | 'campaign'
  /** The reason that the member sees when it is full. */
  reason(limit: number): MemberReason
  /** How long the gate remembers a scope after its last use. */
  ttlSeconds: number
  /** The kind's name in the proof. */
  words: string
}

const hourSeconds = 3_600
export const memberTtlSeconds = 24 * hourSeconds
/** The places of a day are not needed after that day. */
const dayTtlSeconds = 26 * hourSeconds
const campaignTtlSeconds = 7 * 24 * hourSeconds

/**
 * Every kind, in the order in which full limits are reported: the member's own first, so that a member who already has
 * the coupon sees that reason and not "sold out". A new kind needs an entry here and its path in `scopes.ts`.
 */
export const kinds: readonly Kind[] = [
  {
    name: 'per_member',
    level: 'member',
    reason: (limit) => (limit === 1 ? 'already_claimed' : 'member_limit'),
    ttlSeconds: memberTtlSeconds,
    words: 'per member',
  },
  {
    name: 'per_member_per_day',
    level: 'member',
    reason: () => 'member_day_limit',
    ttlSeconds: dayTtlSeconds,
    words: 'per member and day',
  },
  { name: 'tier', level: 'campaign', reason: () => 'sold_out', ttlSeconds: campaignTtlSeconds, words: 'tier' },
  { name: 'total', level: 'campaign', reason: () => 'sold_out', ttlSeconds: campaignTtlSeconds, words: 'total' },
  { name: 'per_day', level: 'campaign', reason: () => 'day_sold_out', ttlSeconds: dayTtlSeconds, words: 'per day' },
]

/** Returns how many places a scope of this kind has; undefined when the campaign does not limit it. */
export function sizeOf(
  { name }: Kind,
  { limits, spend }: Pick<Campaign, 'limits' | 'spend'>,
  tier: number | undefined,
): number | undefined {
  return name === 'tier' ? spend?.tiers.find((one) => one.at_least === tier)?.total : limits[name]
}
