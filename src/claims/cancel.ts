import type { Db } from '../database.ts'
import { type GivenBack, giveSlotsBack } from './settle.ts'

/**
 * Takes a grant back as far as it was surely not sent, within the caller's transaction: refuses what is owed and not
 * being sent at this moment. `freed`: the places that the gate may offer again once that is committed; `left`: a coupon
 * of it is sent or may be on its way.
 */
export async function cancelUnsent(
  trx: Db,
  grantId: string,
  reason: string,
  at: Date,
): Promise<{ cancelled: boolean; freed: GivenBack[]; left: boolean }> {
  await trx.selectFrom('grants').select('id').where('id', '=', grantId).forUpdate().execute()
  const cancelled = await trx
    .updateTable('coupons')
    .set({ state: 'refused', reason, settled_at: at, lease_owner: null, leased_until: null })
    .where('grant_id', '=', grantId)
    .where('state', '=', 'reserved')
    // In doubt or under a lease it may be sent already, and a sent coupon cannot be taken back.
    .where('doubtful', '=', false)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<=', at)]))
    .returning('id')
    .execute()
  const left = await trx
    .selectFrom('coupons')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('state', '!=', 'refused')
    .executeTakeFirst()
  const couponRows = cancelled.map((row) => row.id)
  const freed = couponRows.length > 0 ? await giveSlotsBack(trx, grantId, couponRows) : []
  return { cancelled: couponRows.length > 0, freed, left: left !== undefined }
}
