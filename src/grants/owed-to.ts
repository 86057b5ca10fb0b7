import type { Db } from '../plumbing/storage/database.ts'

/** How many coupons a member is owed that have not arrived yet. */
export async function couponsOwedTo(db: Db, member: { merchantId: number; openid: string }): Promise<number> {
  const { owed } = await db
    .selectFrom('grants')
    .innerJoin('coupons', 'coupons.grant_id', 'grants.id')
    .select((eb) => eb.fn.countAll<number>().as('owed'))
    .where('grants.merchant_id', '=', member.merchantId)
    .where('grants.openid', '=', member.openid)
    .where('coupons.state', '=', 'reserved')
    .executeTakeFirstOrThrow()
  return Number(owed)
}
