import type { Db } from '../plumbing/storage/database.ts'
import { counts } from './doubt.ts'
import { fillFromAbove, type GivenBack, lockOvershoots } from './overshoots.ts'

/**
 * Deletes the slots of coupons that are now refused, and the grant's own slots too when none of its coupons is owed,
 * sent or in doubt. Returns the places that others can take. The caller holds the grant's lock.
 */
export async function giveSlotsBack(
  trx: Db,
  { merchantId, grantId }: { merchantId: number; grantId: string },
  couponRows: string[],
): Promise<GivenBack[]> {
  const over = await lockOvershoots(trx, { merchantId, grantId })
  const alive = await trx
    .selectFrom('coupons')
    .select('id')
    .where('grant_id', '=', grantId)
    .where(counts('coupons'))
    .executeTakeFirst()
  const given = await trx
    .deleteFrom('slots')
    .where('grant_id', '=', grantId)
    .where((eb) =>
      alive
        ? eb('coupon_row', 'in', couponRows)
        : eb.or([eb('coupon_row', 'is', null), eb('coupon_row', 'in', couponRows)]),
    )
    .returning(['scope', 'number', 'coupon_row'])
    .execute()
  return fillFromAbove(trx, merchantId, given, over)
}
