import { sql } from 'kysely'
import type { Db } from '../database.ts'
import type { OwedCoupon } from './coupon.ts'

export type LeaseOptions = { owner: string; now: Date; leaseMs: number }

type Row = {
  id: string
  grant_id: string
  merchant_id: number
  account_id: number
  stock_ref: number
  openid: string
  out_request_no: string
  request: string
  attempts: number
  doubtful: boolean
}

/**
 * Takes due coupons for `owner` until `now + leaseMs`: those nobody holds, or whose holder's lease ran out. One row of
 * each stock and openid at a time, none under a standing halt, and never one that another transaction is looking at.
 */
export async function leaseDue(db: Db, options: LeaseOptions & { limit: number }): Promise<OwedCoupon[]> {
  const { now } = options
  return lease(
    db,
    options,
    sql`
      select distinct on (c.stock_ref, c.openid) c.id
      from (
        select id, stock_ref, openid, due_at, ordinal from coupons c
        where state = 'reserved' and due_at <= ${now} and (leased_until is null or leased_until <= ${now})
          and not exists (
            select 1 from halts h where h.lifted_at is null and h.account_id = c.account_id
              and (h.stock_ref is null or h.stock_ref = c.stock_ref))
          and not exists (
            select 1 from coupons o where o.stock_ref = c.stock_ref and o.openid = c.openid and o.id <> c.id
              and o.lease_owner is not null and o.leased_until > ${now})
        order by due_at
        limit ${options.limit}
        for update skip locked
      ) c
      order by c.stock_ref, c.openid, c.due_at, c.ordinal`,
  )
}

/**
 * Takes one coupon under a halt, due or waiting for it, to see whether the halt's cause is gone. Never one that was not
 * tried and is not due: it may be held on purpose.
 */
export async function leaseProbe(db: Db, options: LeaseOptions & { haltId: number }): Promise<OwedCoupon | undefined> {
  const { now, haltId } = options
  const leased = await lease(
    db,
    options,
    sql`
      select c.id from coupons c join halts h on h.id = ${haltId} and h.account_id = c.account_id
        and (h.stock_ref is null or h.stock_ref = c.stock_ref)
      where c.state = 'reserved' and (c.leased_until is null or c.leased_until <= ${now})
        and (c.due_at <= ${now} or c.reason is not null)
      order by c.due_at
      limit 1
      for update of c skip locked`,
  )
  return leased[0]
}

/** Takes one coupon by its row, if it is owed and nobody holds it or another of its stock and openid. */
export async function leaseOne(db: Db, couponRow: string, options: LeaseOptions): Promise<OwedCoupon | undefined> {
  const leased = await lease(
    db,
    options,
    sql`
      select id from coupons c
      where id = ${couponRow} and state = 'reserved' and (leased_until is null or leased_until <= ${options.now})
      for update skip locked`,
  )
  return leased[0]
}

/**
 * A lease that ran out is cleared first, in the same transaction: the unique index on held pairs would refuse the
 * second coupon of a pair whose first holder died.
 */
async function lease(
  db: Db,
  { owner, now, leaseMs }: LeaseOptions,
  candidates: ReturnType<typeof sql>,
): Promise<OwedCoupon[]> {
  const until = new Date(now.getTime() + leaseMs)
  try {
    return await db.transaction().execute(async (trx) => {
      const ids = (await sql<{ id: string }>`${candidates}`.execute(trx)).rows.map((row) => row.id)
      if (ids.length === 0) return []
      await sql`
        update coupons o set lease_owner = null, leased_until = null
        from coupons c
        where c.id = any(${ids}::uuid[]) and o.stock_ref = c.stock_ref and o.openid = c.openid
          and o.lease_owner is not null and o.leased_until <= ${now}`.execute(trx)
      const { rows } = await sql<Row>`
        update coupons set lease_owner = ${owner}, leased_until = ${until}
        where id = any(${ids}::uuid[])
        returning id, grant_id, merchant_id, account_id, stock_ref, openid, out_request_no, request, attempts, doubtful`.execute(
        trx,
      )
      return rows.map(toOwedCoupon)
    })
  } catch (error) {
    // Another process took a coupon of the same pair between our look and our update; the next look finds the rest.
    if ((error as { constraint?: string }).constraint === 'coupons_one_send_at_a_time') return []
    throw error
  }
}

function toOwedCoupon(row: Row): OwedCoupon {
  return {
    id: row.id,
    grantId: row.grant_id,
    merchantId: row.merchant_id,
    accountId: row.account_id,
    stockRef: row.stock_ref,
    openid: row.openid,
    outRequestNo: row.out_request_no,
    request: row.request,
    attempts: row.attempts,
    doubtful: row.doubtful,
  }
}
