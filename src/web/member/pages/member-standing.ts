import type { Campaign } from '../../../plumbing/storage/schema/campaign.ts'
import { type Limit, limitsOf } from '../../../ledger/limits/limits.ts'
import { placesOf } from '../../../gate/read-scopes.ts'
import { memberMark } from '../../../members/member-mark.ts'
import type { Merchant } from '../../../merchants/merchant.ts'
import type { MemberReason } from '../../../refusal.ts'
import type { Services } from '../../../services.ts'
import type { CampaignFace } from './campaign-face.ts'

/** How far a member has used their own limits in a campaign. */
export type Standing = {
  /** Grants of this campaign that the member holds, of so many; undefined where the campaign does not limit them. */
  used: number | undefined
  limit: number | undefined
  /** The limit that leaves nothing more to claim. */
  full: MemberReason | undefined
}

/** Where the member stands, for the page to say so. The claim itself asks the ledger again. */
export async function memberStanding(
  services: Services,
  merchant: Merchant,
  campaign: Campaign,
  face: CampaignFace,
  openid: string,
  now: Date,
): Promise<Standing> {
  const mark = memberMark(merchant, openid)
  const limits = limitsOf({ campaign, mark, coupons: face.coupons, tier: undefined, at: now }).filter(isMembers)
  if (limits.length === 0) return { used: undefined, limit: undefined, full: undefined }
  const names = limits.map(({ scope }) => scope)
  const taken = await placesOf(services.db, merchant.id, names)
  const places = (limit: Limit) => taken.filter(({ scope }) => scope === limit.scope).length
  const whole = limits.find((limit) => limit.stockRef === undefined)
  const full = limits.find((limit) => places(limit) + limit.take > limit.limit)
  return { used: whole && places(whole), limit: whole?.limit, full: full?.reason }
}

function isMembers({ level }: Limit): boolean {
  return level === 'member'
}
