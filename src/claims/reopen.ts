import type { Db } from '../database.ts'
import type { Slot } from './reserve.ts'

const uniqueViolation = '23505'

/**
 * Makes refused coupons of a grant owed again under their old numbers, with the places proposed for them, in one
 * transaction. False when a place was taken meanwhile, a coupon is no longer refused, or its payment was.
 */
export async function reopen(db: Db, grantId: string, couponRows: string[], slots: Slot[], at: Date): Promise<boolean> {
  try {
    return await db.transaction().execute(async (trx) => {
      const grant = await trx
        .selectFrom('grants')
        .select('refunded_at')
        .where('id', '=', grantId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      if (grant.refunded_at) throw new Error(notRefused)
      const { numUpdatedRows } = await trx
        .updateTable('coupons')
        .set({ state: 'reserved', reason: null, due_at: at, settled_at: null })
        .where('id', 'in', couponRows)
        .where('state', '=', 'refused')
        .executeTakeFirst()
      if (Number(numUpdatedRows) !== couponRows.length) throw new Error(notRefused)
      if (slots.length > 0) {
        const rows = slots.map(({ scope, number, couponRow }) => ({
          scope,
          number,
          grant_id: grantId,
          coupon_row: couponRow,
        }))
        await trx.insertInto('slots').values(rows).execute()
      }
      return true
    })
  } catch (error) {
    if ((error as { code?: string }).code === uniqueViolation || (error as Error).message === notRefused) return false
    throw error
  }
}

const notRefused = 'a coupon is not refused any more'
