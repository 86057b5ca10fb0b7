import { sql } from 'kysely'
import { daysBefore } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { CouponWalksTable } from '../plumbing/storage/schema.ts'
import type { SentCoupon } from './ask-coupon.ts'

/** A round begins so long before the stock's end, and the other one ends so long after it. */
const nearDays = 3
/** Two processes may write sends in another order than their times say. */
const settlingMs = 60_000
/** What WeChat said so lately is not asked again before the end. */
const freshMs = 86_400_000

export type WalkedStock = { ref: number; merchantId: number; round: CouponWalksTable['round']; end: Date }
export type WalkedCoupon = SentCoupon & { row: string; settledAt: Date; isDue: boolean }

/** The stocks that end soon or have ended lately, by their own end. */
export async function stocksNearEnd(db: Db, now: Date): Promise<WalkedStock[]> {
  const stocks = await db
    .selectFrom('stocks')
    .select(['id', 'merchant_id', 'available_end'])
    .where('available_end', '>', daysBefore(now, nearDays))
    .where('available_end', '<', daysBefore(now, -nearDays))
    .orderBy('available_end')
    .execute()
  return stocks.map(({ id, merchant_id, available_end: end }) => {
    return { ref: id, merchantId: merchant_id, round: end > now ? 'before_end' : 'after_end', end }
  })
}

/**
 * The next sent coupons of a stock, in the order in which they were sent. Due is one of which no use is known that still
 * stands, and about which WeChat has not answered lately; after the end, one whose end it has not confirmed.
 */
export async function nextCoupons(db: Db, stock: WalkedStock, now: Date, most: number): Promise<WalkedCoupon[]> {
  const since = stock.round === 'before_end' ? new Date(now.getTime() - freshMs) : stock.end
  const { rows } = await sql<WalkedCoupon>`
    with place as (
      select coalesce(max(settled_at), '-infinity') as at, coalesce(max(coupon_row::text), ${nil})::uuid as row
      from coupon_walks where stock_ref = ${stock.ref} and round = ${stock.round}
    )
    select c.id as row, c.settled_at as "settledAt", c.coupon_id as "couponId", c.openid, c.account_id as "accountId",
      not exists (select from redemptions r where r.merchant_id = c.merchant_id and r.coupon_id = c.coupon_id
          and r.returned_at is null)
        and not exists (select from coupon_states s where s.merchant_id = c.merchant_id and s.coupon_id = c.coupon_id
          and (s.checked_at > ${since} or s.state = 'EXPIRED')) as "isDue"
    from coupons c
    where c.stock_ref = ${stock.ref} and c.state <> 'refused' and c.state = 'sent'
      and c.settled_at >= (select at from place) and c.settled_at < ${new Date(now.getTime() - settlingMs)}
      and (c.settled_at, c.id) > (select at, row from place)
    order by c.settled_at, c.id
    limit ${most}`.execute(db)
  return rows
}

const nil = '00000000-0000-0000-0000-000000000000'

/** Keeps the place that a walk has reached. */
export async function saveWalk(db: Db, stock: WalkedStock, at: { settledAt: Date; row: string }): Promise<void> {
  await db
    .insertInto('coupon_walks')
    .values({ stock_ref: stock.ref, round: stock.round, settled_at: at.settledAt, coupon_row: at.row })
    .onConflict((conflict) =>
      conflict.columns(['stock_ref', 'round']).doUpdateSet({ settled_at: at.settledAt, coupon_row: at.row }),
    )
    .execute()
}
