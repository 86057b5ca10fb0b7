import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Earned } from '../grants/earned.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { decidePayment } from './decide-payment.ts'
import { isSpend, memberSpend } from './spend-ledger.ts'

/** Returns what a member's payments have earned in a spend campaign and a claim can still give. */
export async function earned(db: Db, merchant: Merchant, campaign: Campaign, openid: string): Promise<Earned[]> {
  if (!isSpend(campaign)) return []
  const spend = await memberSpend(db, campaign, openid)
  const mark = memberMark(merchant, openid)
  const all = spend.payments.flatMap((present) => decidePayment(spend, mark, present).earned)
  const byKey = new Map(all.map((one) => [one.triggerKey, one]))
  // Without a hold time, the tap may get the coupons at once.
  return [...byKey.values()].map(({ dueAt, ...one }) => (campaign.spend.hold_minutes > 0 ? { ...one, dueAt } : one))
}
