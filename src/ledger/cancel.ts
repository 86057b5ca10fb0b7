import type { Db } from '../plumbing/storage/database.ts'
import { surelyNotSent } from './doubt.ts'
import { giveSlotsBack } from './give-back.ts'
import type { GivenBack } from './overshoots.ts'
import { holdCampaignOf, lockGrant } from './locks.ts'

export type Cancelled = {
  /** At least one coupon was cancelled. */
  cancelled: boolean
  /** Places that the gate may offer again after the commit. */
  freed: GivenBack[]
  /** At least one coupon was sent, is being sent, or may have been sent: it cannot be taken back. */
  left: boolean
}

/** Cancels the coupons of a grant that were surely not sent: refuses them, in the caller's transaction. */
export async function cancelUnsent(
  trx: Db,
  grant: { merchantId: number; grantId: string },
  reason: string,
  at: Date,
): Promise<Cancelled> {
  const { grantId } = grant
  await holdCampaignOf(trx, grantId)
  await lockGrant(trx, grantId)
  const cancelled = await trx
    .updateTable('coupons')
    .set({ state: 'refused', reason, settled_at: at, set_aside: false })
    .where('grant_id', '=', grantId)
    .where(surelyNotSent('coupons'))
    .returning('id')
    .execute()
  const left = await trx
    .selectFrom('coupons')
    .select('id')
    .where('grant_id', '=', grantId)
    .where('state', '!=', 'refused')
    .executeTakeFirst()
  const rows = cancelled.map((row) => row.id)
  const freed = rows.length > 0 ? await giveSlotsBack(trx, grant, rows) : []
  return { cancelled: rows.length > 0, freed, left: left !== undefined }
}
