import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'

/** A send whose answer was lost is settled long before this. */
const waitDays = 7

/**
 * Finds our coupons for uses that were reported before we knew that we had sent them, because the answer to the send was
 * lost; returns how many. Other numbers' coupons of our stocks stay as they are.
 */
export async function adoptLateSent(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update redemptions r set coupon_row = c.id from coupons c
    where r.coupon_row is null and r.told_at > ${daysBefore(now, waitDays)}
      and c.merchant_id = r.merchant_id and c.coupon_id = r.coupon_id`.execute(db)
  return Number(numAffectedRows ?? 0n)
}
