import { isBlocked } from '../members/blocked.ts'
import { memberMark } from '../members/member-mark.ts'
import { type Limit, limitsOf } from '../ledger/limits/limits.ts'
import type { MemberReason } from '../refusal.ts'
import type { Services } from '../services.ts'
import type { Award } from './awarded.ts'
import { closedReason } from './campaign-window.ts'
import { type Offer, offerOf } from './offer.ts'

/** Why an award gives nothing, before any place is asked for: its member is kept out, or the campaign is not open. */
export async function turnedAwayBefore(
  services: Pick<Services, 'db' | 'cache'>,
  wanted: Pick<Award, 'merchant' | 'campaign' | 'openid' | 'at'>,
): Promise<MemberReason | undefined> {
  const { merchant, campaign, openid, at } = wanted
  if (await isBlocked(services, { merchantId: merchant.id, openid })) {
    return 'not_eligible'
  }
  return closedReason(campaign, at)
}

/** What an award takes: coupons of these stocks, and places under each of these limits, in the order of their reasons. */
export async function takesOf(
  services: Services,
  wanted: Pick<Award, 'merchant' | 'campaign' | 'openid' | 'coupons' | 'tier' | 'at'>,
): Promise<{ mark: string; offer: Offer; limits: Limit[] }> {
  const { merchant, campaign, openid, tier, at } = wanted
  const mark = memberMark(merchant, openid)
  const offer = await offerOf(services, merchant, wanted.coupons)
  return { mark, offer, limits: limitsOf({ campaign, mark, coupons: offer, tier, at }) }
}
