import { createHash } from 'node:crypto'
import type { Campaign } from '../plumbing/storage/schema/campaign.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { type Account, type Merchant, sendersOf } from '../merchants/merchant.ts'
import { scopeOf } from './limits/scopes.ts'

/**
 * Returns the account that sends a stock's coupons to a member. If an account sent or owes the member an earlier coupon
 * of this stock, it is that account. Otherwise the member's mark chooses one of the campaign's accounts, so that they
 * share the members, and a new account in the list moves few members. The account is part of a coupon's number, so it
 * must not change for a member. Throws when the campaign names no account that exists.
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

/** Highest random weight: each account gets a hash for the member, and the account with the highest hash is chosen. */
function byMark(candidates: Account[], key: string): Account {
  const draw = ({ mchid }: Account) => createHash('sha256').update(`${key}/${mchid}`).digest('hex')
  return candidates.reduce((best, one) => (draw(one) > draw(best) ? one : best))
}
