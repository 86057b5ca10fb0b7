import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Earned } from '../grants/earned.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { isSpend, memberSpend } from './spend-ledger.ts'
import { earnedTiers, reachOf } from './spend-rules.ts'

/**
 * Returns what a member's payments have earned in a spend campaign and the member has not received: what a claim can
 * still give.
 */
export async function earned(db: Db, merchant: Merchant, campaign: Campaign, openid: string): Promise<Earned[]> {
  if (!isSpend(campaign)) return []
  const spend = await memberSpend(db, campaign, openid)
  const byKey = new Map<string, Earned>()
  for (const present of spend.payments) {
    const reach = reachOf(spend.campaign, memberMark(merchant, openid), spend.payments, present)
    if (!reach) continue
    for (const { triggerKey, tier, transactionId, paidAt, dueAt } of earnedTiers(spend.campaign, reach, spend.given)) {
      byKey.set(triggerKey, {
        triggerKey,
        coupons: tier.coupons,
        tier: tier.at_least,
        transactionId,
        factsVersion: spend.factsVersion,
        // Without a hold time, the tap may get the coupons at once.
        ...(campaign.spend.hold_minutes > 0 && { dueAt }),
        at: paidAt,
      })
    }
  }
  return [...byKey.values()]
}
