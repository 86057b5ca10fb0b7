import type { Db } from '../plumbing/storage/database.ts'
import { surelyNotSent } from './doubt.ts'
import { giveSlotsBack } from './give-back.ts'
import type { GivenBack } from './overshoots.ts'
import { holdCampaignOf, lockGrant } from './locks.ts'

export type Cancelled = {
  /** Something of it was taken back. */
  cancelled: boolean
  /** Places that the gate may offer again once that is committed. */
  freed: GivenBack[]
  /** A coupon of it is sent, on its way, or may have been sent: a sent coupon cannot be taken back. */
  left: boolean
}

/** Takes a grant back as far as it was surely not sent, in the caller's transaction: refuses what is owed. */
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
