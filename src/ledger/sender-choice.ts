import { createHash } from 'node:crypto'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { type Account, type Merchant, sendersOf } from '../merchants/merchant.ts'
import { scopeOf } from './limits/scopes.ts'

/**
 * The account that sends a stock's coupons to a member: the one that sent or owes them an earlier one, else one of the
 * campaign's by the member's mark, so that several share the members and a list that grows moves few of them. It is part
 * of a coupon's number, so it must not change under a member. Throws when the campaign names none that is there.
 */
export async function senderFor(
  db: Db,
  merchant: Merchant,
  campaign: Pick<Campaign, 'slug' | 'sender_mchids'>,
  { stockRef, mark }: { stockRef: number; mark: string },
): Promise<Account> {
  const candidates = sendersOf(merchant, campaign.sender_mchids)
  const numbers = merchant.accounts.filter((account) => account.role === 'sender')
  if (candidates.length === 0)
    throw new Error(`merchant ${merchant.slug} has no sender account for campaign ${campaign.slug}`)
  if (numbers.length === 1) return candidates[0] as Account
  const before = await db
    .selectFrom('slots')
    .innerJoin('coupons', 'coupons.id', 'slots.coupon_row')
    .select('coupons.account_id')
    .where('slots.merchant_id', '=', merchant.id)
    .where('scope', '=', scopeOf('stock', { stock: stockRef, mark }))
    .orderBy('number')
    .limit(1)
    .executeTakeFirst()
  return numbers.find((account) => account.id === before?.account_id) ?? byMark(candidates, `${stockRef}/${mark}`)
}

/** Highest random weight: each account draws a number for the member, and the highest one has them. */
function byMark(candidates: Account[], key: string): Account {
  const draw = ({ mchid }: Account) => createHash('sha256').update(`${key}/${mchid}`).digest('hex')
  return candidates.reduce((best, one) => (draw(one) > draw(best) ? one : best))
}
