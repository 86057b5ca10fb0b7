import { isHeld } from '../ledger/held.ts'
import type { Services } from '../services.ts'
import { doors } from './doors.ts'
import { liftFor } from './halts.ts'
import type { SendResult } from './send-result.ts'
import { send } from './sender.ts'

/**
 * Sends a grant's coupons again for an operator: lifts the halts that the grant meets and tries each of its owed
 * coupons at once, with its number. Coupons that are set aside are left alone, and so are coupons that the campaign
 * still holds (`hold_minutes`), since a refund may still take them back. Returns one result per coupon; undefined for a
 * coupon that another process is sending. Throws what the database throws.
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
