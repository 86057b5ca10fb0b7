import type { Db } from '../plumbing/storage/database.ts'

/**
 * Whether this number is known to place orders itself. For one whose provider places them WeChat answers every day that
 * there is no bill, which says nothing about the day (docs/wechat/bills.md 2).
 */
export async function placesOrders(db: Db, mchid: string): Promise<boolean> {
  const paid = await db
    .selectFrom('payments')
    .select('id')
    .where('mchid', '=', mchid)
    .where('merchant_id', 'in', (query) =>
      query.selectFrom('accounts').select('accounts.merchant_id').where('accounts.mchid', '=', mchid),
    )
    .limit(1)
    .executeTakeFirst()
  if (paid) return true
  const bill = await db
    .selectFrom('wechat_files')
    .select('id')
    .where('mchid', '=', mchid)
    .where('kind', '=', 'trade_bill')
    .where('origin', '=', 'wechat')
    .where('state', '=', 'kept')
    .limit(1)
    .executeTakeFirst()
  return bill !== undefined
}
