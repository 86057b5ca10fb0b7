import type { Campaign } from '../../plumbing/storage/schema/campaign.ts'
import { type Limit, memberLimitsOf } from '../../ledger/limits/limits.ts'
import { placesOf } from '../../gate/read-scopes.ts'
import { memberMark } from '../../members/member-mark.ts'
import type { Merchant } from '../../merchants/merchant.ts'
import type { MemberReason } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import type { CampaignPreview } from './campaign-preview.ts'

/** How far a member has used their own limits in a campaign. */
export type Usage = {
  /** Grants of this campaign that the member has, and their limit; undefined when the campaign has no such limit. */
  used: number | undefined
  limit: number | undefined
  /** The reason of the limit because of which nothing more can be claimed. */
  full: MemberReason | undefined
}

/** How far the member has used the limits, only for display. The claim itself asks the ledger again. */
export async function memberUsage(
  services: Services,
  merchant: Merchant,
  campaign: Campaign,
  preview: CampaignPreview,
  openid: string,
  now: Date,
): Promise<Usage> {
  const mark = memberMark(merchant, openid)
  const limits = memberLimitsOf({ campaign, mark, coupons: preview.coupons, tier: undefined, at: now })
  if (limits.length === 0) return usageOf([], () => 0)
  const names = limits.map(({ scope }) => scope)
  const taken = await placesOf(services.db, merchant.id, names)
  return usageOf(limits, (limit) => taken.filter(({ scope }) => scope === limit.scope).length)
}

/** A member who has used up every limit of their own. */
export function fullUsage(campaign: Campaign, preview: CampaignPreview, now: Date): Usage {
  const limits = memberLimitsOf({ campaign, mark: '', coupons: preview.coupons, tier: undefined, at: now })
  return usageOf(limits, ({ limit }) => limit)
}

function usageOf(limits: Limit[], places: (limit: Limit) => number): Usage {
  const whole = limits.find((limit) => limit.stockRef === undefined)
  const full = limits.find((limit) => places(limit) + limit.take > limit.limit)
  return { used: whole && places(whole), limit: whole?.limit, full: full?.reason }
}
