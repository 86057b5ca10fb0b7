import type { Db } from '../database.ts'
import { type GivenBack, giveSlotsBack } from './settle.ts'

/**
 * Takes a grant back as far as it was not sent: refuses what is owed and not being sent at this moment. Returns the
 * places that became free, or undefined when a coupon of it is sent or on its way.
 */
export function cancelGrant(db: Db, grantId: string, reason: string, at: Date): Promise<GivenBack[] | undefined> {
  return db.transaction().execute(async (trx) => {
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
    const freed =
      cancelled.length > 0
        ? await giveSlotsBack(
            trx,
            grantId,
            cancelled.map((row) => row.id),
          )
        : []
    return left ? undefined : freed
  })
}
