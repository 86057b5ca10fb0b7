import { isHeld } from '../ledger/held.ts'
import type { Services } from '../services.ts'
import { doors } from './doors.ts'
import { liftFor } from './halts.ts'
import type { SendResult } from './send-result.ts'
import { send } from './sender.ts'

/**
 * An operator's "send again": lifts the halts that the grant meets and tries each of its owed coupons at once, with its
 * number. What is set aside is left, and so is what a campaign holds (`hold_minutes`) until its time: a refund may still take
 * it back. One result for each coupon tried; undefined for one that is being sent at this moment by somebody else. Throws
 * what the database throws.
 */
export async function sendAgain(services: Services, grantId: string, by: string): Promise<(SendResult | undefined)[]> {
  const { db, ledger, clock } = services
  await liftFor(services, [grantId], by)
  const owed = await db
    .selectFrom('coupons')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('state', '=', 'reserved')
    .where('set_aside', '=', false)
    .where((eb) => eb.not(isHeld(clock.now())))
    .orderBy('ordinal')
    .execute()
  const results: (SendResult | undefined)[] = []
  for (const { id } of owed) {
    const coupon = await ledger.leaseOne(id)
    results.push(coupon && (await send(services, coupon, doors.operator)))
  }
  return results
}
