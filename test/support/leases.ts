import { sql } from 'kysely'
import type { Db } from '../../src/database.ts'

/** The lease of a coupon, or of all that are held, is over by the database's clock; whoever holds it does not know. */
export async function runOut(db: Db, couponRow?: string): Promise<void> {
  await db
    .updateTable('coupons')
    .set({ leased_until: sql`lease_clock() - interval '1 millisecond'` })
    .where('lease_token', 'is not', null)
    .$if(couponRow !== undefined, (query) => query.where('id', '=', couponRow as string))
    .execute()
}
