import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type Clock, elapsedMs } from '../clock.ts'
import type { Db } from '../database.ts'
import { leaseMs, type OwedCoupon } from './coupon.ts'

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
  reason: string | null
  doubt_since: Date | null
  lease_token: string
}

/** Nobody holds it, or whoever did has let its lease run out. */
const free = sql`(c.lease_token is null or c.leased_until <= lease_clock())`

/**
 * Takes due coupons: those nobody holds, or whose holder's lease ran out. One row of each stock and openid at a time,
 * none under a standing halt, and never one that another transaction is looking at. Due times go by `clock`.
 */
export function leaseDue(db: Db, clock: Clock, limit: number): Promise<OwedCoupon[]> {
  const now = clock.now()
  return lease(
    db,
    clock,
    sql`
      select distinct on (c.stock_ref, c.openid) c.id
      from (
        select id, stock_ref, openid, due_at, ordinal from coupons c
        where state = 'reserved' and not set_aside and due_at <= ${now} and ${free}
          and not exists (
            select 1 from halts h where h.lifted_at is null and h.account_id = c.account_id
              and (h.stock_ref is null or h.stock_ref = c.stock_ref))
          and not exists (
            select 1 from coupons o where o.merchant_id = c.merchant_id and o.stock_ref = c.stock_ref
              and o.openid = c.openid and o.id <> c.id and o.lease_token is not null and o.leased_until > lease_clock())
        order by due_at
        limit ${limit}
        for update skip locked
      ) c
      order by c.stock_ref, c.openid, c.due_at, c.ordinal`,
  )
}

/**
 * Takes one coupon under a halt, due or waiting for it, to see whether the halt's cause is gone. Never one that was not
 * tried and is not due: it may be held on purpose.
 */
export async function leaseProbe(db: Db, clock: Clock, haltId: number): Promise<OwedCoupon | undefined> {
  const [coupon] = await lease(
    db,
    clock,
    sql`
      select c.id from coupons c join halts h on h.id = ${haltId} and h.account_id = c.account_id
        and (h.stock_ref is null or h.stock_ref = c.stock_ref)
      where c.state = 'reserved' and not c.set_aside and ${free}
        and (c.due_at <= ${clock.now()} or c.reason is not null)
      order by c.due_at
      limit 1
      for update of c skip locked`,
  )
  return coupon
}

/** Takes one coupon by its row, if it is owed and nobody holds it or another of its stock and openid. */
export async function leaseOne(db: Db, clock: Clock, couponRow: string): Promise<OwedCoupon | undefined> {
  const candidates = sql`select id from coupons c where id = ${couponRow} and state = 'reserved' and ${free} for update skip locked`
  const [coupon] = await lease(db, clock, candidates)
  return coupon
}

/**
 * A lease that ran out unanswered is doubt: its holder may have reached WeChat, now or in a moment. It is cleared first,
 * in the same transaction, since the unique index on held pairs would refuse the second coupon of a pair whose first
 * holder died; the time of that attempt is kept, for looking the coupon up at WeChat.
 */
async function lease(db: Db, clock: Clock, candidates: ReturnType<typeof sql>): Promise<OwedCoupon[]> {
  const heldUntilMs = elapsedMs(clock) + leaseMs
  try {
    return await db.transaction().execute(async (trx) => {
      const ids = (await sql<{ id: string }>`${candidates}`.execute(trx)).rows.map((row) => row.id)
      if (ids.length === 0) return []
      await sql`
        with ran_out as (
          update coupons o set lease_token = null, leased_until = null, doubt_since = coalesce(o.doubt_since, ${clock.now()})
          from coupons c
          where c.id = any(${ids}::uuid[]) and o.merchant_id = c.merchant_id and o.stock_ref = c.stock_ref
            and o.openid = c.openid and o.lease_token is not null and o.leased_until <= lease_clock()
          returning o.id
        )
        insert into attempts (coupon_row, at, outcome)
        select id, ${new Date(clock.now().getTime() - leaseMs)}::timestamptz, 'lease_ran_out' from ran_out`.execute(trx)
      const { rows } = await sql<Row>`
        update coupons set lease_token = gen_random_uuid(), leased_until = lease_clock() + ${leaseMs} * interval '1 millisecond'
        where id = any(${ids}::uuid[])
        returning id, grant_id, merchant_id, account_id, stock_ref, openid, out_request_no, request, attempts, reason,
          doubt_since, lease_token`.execute(trx)
      return rows.map((row) => toOwedCoupon(row, heldUntilMs))
    })
  } catch (error) {
    // Another process took a coupon of the same pair between our look and our update; the next look finds the rest.
    if ((error as { constraint?: string }).constraint === 'coupons_one_send_at_a_time') return []
    throw error
  }
}

/** A token for a lease that is written together with its coupon. */
export function newLease(clock: Clock): OwedCoupon['lease'] {
  return { token: randomUUID(), heldUntilMs: elapsedMs(clock) + leaseMs }
}

function toOwedCoupon(row: Row, heldUntilMs: number): OwedCoupon {
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
    reason: row.reason,
    doubtSince: row.doubt_since,
    lease: { token: row.lease_token, heldUntilMs },
  }
}
