import { sql } from 'kysely'
import { timeOrderedId } from '../ledger/ids.ts'
import { dayMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { CouponState } from '../plumbing/storage/schema.ts'

const pageRows = 1_000

/** A coupon with its grant, and its last use. */
export type ExportedGrant = {
  grant_id: string
  ordinal: number
  created_at: Date
  earned_at: Date
  campaign: string
  title: string
  openid: string
  stock_id: string
  coupon_amount: number
  transaction_minimum: number
  mchid: string
  out_request_no: string
  state: CouponState
  reason: string | null
  coupon_id: string | null
  settled_at: Date | null
  paid_by: string | null
  use_row: string | null
  used_at: Date | null
  used_in: string | null
  used_amount: number | null
  returned_at: Date | null
}

type Range = { merchantId: number; from: Date; to: Date }

/**
 * The next coupons after `last`, oldest grant first. Ids of grants begin with their time, so that the primary order finds
 * the range; a day of slack on both sides is for clocks that differ, and `created_at` decides.
 */
export async function exportPage(
  db: Db,
  { merchantId, from, to }: Range,
  last?: ExportedGrant,
): Promise<ExportedGrant[]> {
  const [least, most] = [timeOrderedId(new Date(from.getTime() - dayMs)), timeOrderedId(new Date(to.getTime() + dayMs))]
  const after = last ? sql`and (c.grant_id, c.ordinal) > (${last.grant_id}, ${last.ordinal})` : sql``
  const { rows } = await sql<ExportedGrant>`
    select g.id as grant_id, c.ordinal, g.created_at, g.earned_at, k.slug as campaign, k.title, c.openid,
      s.stock_id, s.coupon_amount, s.transaction_minimum, a.mchid, c.out_request_no, c.state, c.reason, c.coupon_id,
      c.settled_at, g.transaction_id as paid_by, u.id as use_row, coalesce(u.used_at, u.told_at) as used_at,
      u.transaction_id as used_in, u.amount as used_amount, u.returned_at
    from grants g
    join coupons c on c.grant_id = g.id
    join campaigns k on k.id = g.campaign_id
    join stocks s on s.id = c.stock_ref
    join accounts a on a.id = c.account_id
    left join lateral (
      select * from redemptions r where r.merchant_id = c.merchant_id and r.coupon_id = c.coupon_id
      order by coalesce(r.used_at, r.told_at) desc, r.id desc limit 1
    ) u on true
    where g.merchant_id = ${merchantId} and g.id >= ${last?.grant_id ?? least} and g.id < ${most}
      and g.created_at >= ${from} and g.created_at < ${to} ${after}
    order by g.id, c.ordinal limit ${pageRows}`.execute(db)
  return rows
}
