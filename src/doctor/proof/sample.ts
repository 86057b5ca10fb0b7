import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'

/** A sent coupon, with what a question to WeChat about it needs. */
export type SentCoupon = {
  id: string
  grantId: string
  merchantId: number
  accountId: number
  openid: string
  couponId: string
  stockId: string
  /** The appid under which the coupon was sent. */
  appid: string
}

/** About how many coupons WeChat is asked: this many at random, or all. */
export type SampleSize = number | 'all'

const pageSize = 500
/** All UUIDs are above it. */
const lowest = '00000000-0000-0000-0000-000000000000'

/** Sent coupons of these merchants, or of one of their stocks: at random, or all of them page by page. */
export async function* sentCoupons(
  db: Db,
  of: { merchantIds: number[]; stockId: string | undefined; sample: SampleSize },
): AsyncGenerator<SentCoupon> {
  if (of.sample !== 'all') {
    return yield* await read(db, of, sql`c.id > ${lowest}::uuid order by random() limit ${of.sample}`)
  }
  for (let after = lowest; ;) {
    const page = await read(db, of, sql`c.id > ${after}::uuid order by c.id limit ${pageSize}`)
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)!.id
  }
}

async function read(
  db: Db,
  { merchantIds, stockId }: { merchantIds: number[]; stockId: string | undefined },
  which: RawBuilder<unknown>,
): Promise<SentCoupon[]> {
  const { rows } = await sql<SentCoupon>`
    select c.id, c.grant_id as "grantId", c.merchant_id as "merchantId", c.account_id as "accountId", c.openid,
      c.coupon_id as "couponId", s.stock_id as "stockId", c.request::jsonb->>'appid' as appid
    from coupons c join stocks s on s.id = c.stock_ref
    where c.merchant_id = any(${merchantIds}::bigint[]) and c.state = 'sent'
      and (${stockId ?? null}::text is null or s.stock_id = ${stockId ?? null}) and ${which}`.execute(db)
  return rows
}
