import type { Db } from '../plumbing/storage/database.ts'
import { giveSlotsBack } from './give-back.ts'
import type { GivenBack } from './overshoots.ts'
import { recordAct } from './operator-acts.ts'
import { owedForSure } from './owed-for-sure.ts'
import { holdCampaignOf, lockGrant } from './locks.ts'

export type GivenUp = {
  /** Coupons that are no longer owed. */
  done: number
  /** Coupons that are still owed, because they may have been sent. */
  doubted: number
  freed: GivenBack[]
}

/**
 * Gives up the owed coupons of a grant, except those that were ever in doubt: they are refused with the reason
 * `given_up`, and their places become free. The operator's own reason is kept. One transaction, under the grant's lock.
 */
export function giveUp(
  db: Db,
  grant: { merchantId: number; grantId: string },
  { reason, at }: { reason: string; at: Date },
): Promise<GivenUp> {
  const { grantId } = grant
  return db.transaction().execute(async (trx) => {
    await holdCampaignOf(trx, grantId)
    await lockGrant(trx, grantId)
    const { surely, doubted } = await owedForSure(trx, grantId)
    if (surely.length === 0) return { done: 0, doubted, freed: [] }
    const rows = surely.map((coupon) => coupon.id)
    await trx
      .updateTable('coupons')
      .set({ state: 'refused', reason: 'given_up', settled_at: at, set_aside: false })
      .where('id', 'in', rows)
      .execute()
    await recordAct(trx, { ...grant, act: 'given_up', reason, at }, surely)
    return { done: surely.length, doubted, freed: await giveSlotsBack(trx, grant, rows) }
  })
}
