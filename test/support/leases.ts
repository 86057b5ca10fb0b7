import { sql } from 'kysely'
import type { Db } from '../../src/plumbing/storage/database.ts'

/** The lease of a coupon, or of all that are held, is over by the database's clock, since `agoMs`; its holder does not know. */
export async function runOut(db: Db, couponRow?: string, agoMs = 1): Promise<void> {
  await db
    .updateTable('coupons')
    .set({ leased_until: sql`lease_clock() - ${agoMs} * interval '1 millisecond'` })
    .where('lease_token', 'is not', null)
    .$if(couponRow !== undefined, (query) => query.where('id', '=', couponRow as string))
    .execute()
}
