import type { Db } from '../plumbing/storage/database.ts'

/**
 * Flags a grant whose payment was refunded. A coupon that was sent stays with the member
 * (docs/wechat/payment-triggers.md 1.8).
 */
export async function flagRefunded(db: Db, grantId: string, at: Date): Promise<void> {
  await db
    .updateTable('grants')
    .set({ refunded_at: at })
    .where('id', '=', grantId)
    .where('refunded_at', 'is', null)
    .execute()
}

/** Removes the flag: other payments have earned the grant, or a refund turned out to be reported twice. */
export async function unflagRefunded(db: Db, grantId: string): Promise<void> {
  await db.updateTable('grants').set({ refunded_at: null }).where('id', '=', grantId).execute()
}
