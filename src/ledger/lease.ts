import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type Clock, elapsedMs } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { leaseMs, type OwedCoupon } from './coupon.ts'
import { type Looking, shareLanes } from './lane-shares.ts'
import { isBlockedInSql } from '../members/blocked.ts'
import { haltOf, laneHeads, openLanes } from './lanes.ts'

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

/**
 * SQL condition: the coupon has no lease, or its lease ran out. Excluded are coupons of a refunded grant without lease
 * or doubt: they were leased when the refund came, were released unsent, and wait to be cancelled. Excluded are also all
 * coupons of a blocked member: they are held back, those in doubt too, until the block ends.
 */
const free = sql`(c.lease_token is null or c.leased_until <= lease_clock()) and (
  c.doubt_since is not null or c.lease_token is not null
  or not exists (select from grants g where g.id = c.grant_id and g.refunded_at is not null))
  and not ${isBlockedInSql('c')}`

/** SQL condition: no other coupon of the same stock and openid has a valid lease. */
const unpaired = sql`not exists (
  select 1 from coupons o where o.merchant_id = c.merchant_id and o.stock_ref = c.stock_ref
    and o.openid = c.openid and o.id <> c.id and o.lease_token is not null and o.leased_until > lease_clock())`

/**
 * Leases at most `hands` due coupons, lane by lane: coupons without a lease, or whose lease ran out. At most one row
 * per stock and openid, none under an active halt, and none that another transaction has locked. Due times are compared
 * with `clock`.
 */
export async function leaseDue(
  db: Db,
  clock: Clock,
  hands: number,
  looking: Looking = { inHand: new Map(), start: 0 },
): Promise<OwedCoupon[]> {
  const now = clock.now()
  const shares = shareLanes(await openLanes(db, now), { hands, ...looking })
  if (shares.length === 0) return []
  return lease(
    db,
    clock,
    sql`
      select distinct on (c.stock_ref, c.openid) c.id
      from unnest(
        ${shares.map(({ lane }) => lane.accountId)}::bigint[], ${shares.map(({ lane }) => lane.stockRef)}::bigint[],
        ${shares.map(({ take }) => take)}::int[]) as lane (account_id, stock_ref, take)
      cross join lateral (
        -- The inner limit helps the planner, which knows no other number; rows are locked only as the outer limit needs
        -- them.
        select * from (
          select id, stock_ref, openid, due_at, ordinal from coupons c
          where account_id = lane.account_id and stock_ref = lane.stock_ref and state = 'reserved' and not set_aside
            and due_at <= ${now} and ${free} and ${unpaired}
          order by due_at
          limit ${hands}
          for update skip locked
        ) c
        limit lane.take
      ) c
      order by c.stock_ref, c.openid, c.due_at, c.ordinal`,
  )
}

/**
 * Leases one due coupon under a halt, to see whether the cause of the halt is gone. Under an account's halt it prefers
 * a lane that has no halt of its own.
 */
export async function leaseProbe(
  db: Db,
  clock: Clock,
  halt: { account_id: number; stock_ref: number | null },
): Promise<OwedCoupon | undefined> {
  const now = clock.now()
  const isUnder = sql`account_id = ${halt.account_id}${halt.stock_ref === null ? sql`` : sql` and stock_ref = ${halt.stock_ref}`}`
  const [coupon] = await lease(
    db,
    clock,
    sql`
      with recursive ${laneHeads(isUnder)}
      select c.id from (
        select * from heads where due_at <= ${now}
        order by exists (${haltOf('heads')} and halts.stock_ref is not null), due_at
      ) lane cross join lateral (
        select id from coupons c
        where account_id = lane.account_id and stock_ref = lane.stock_ref and state = 'reserved' and not set_aside
          and due_at <= ${now} and ${free} and ${unpaired}
        order by due_at
        limit 1
        for update skip locked
      ) c
      limit 1`,
  )
  return coupon
}

/** Leases one coupon by its row, if it is owed and no process holds it or another coupon of its stock and openid. */
export async function leaseOne(db: Db, clock: Clock, couponRow: string): Promise<OwedCoupon | undefined> {
  const candidates = sql`select id from coupons c where id = ${couponRow} and state = 'reserved' and ${free} for update skip locked`
  const [coupon] = await lease(db, clock, candidates)
  return coupon
}

/**
 * Leases the candidates. A lease that ran out without an answer causes doubt: its holder may have reached WeChat, or
 * may still reach it. Such leases are cleared first, in the same transaction, since the unique index on leased pairs
 * would refuse the second coupon of a pair whose first holder died. The doubt, and the attempt from which it is looked
 * up at WeChat, get the time when the lease began, however late this is noticed.
 */
async function lease(db: Db, clock: Clock, candidates: ReturnType<typeof sql>): Promise<OwedCoupon[]> {
  const heldUntilMs = elapsedMs(clock) + leaseMs
  try {
    return await db.transaction().execute(async (trx) => {
      const ids = (await sql<{ id: string }>`${candidates}`.execute(trx)).rows.map((row) => row.id)
      if (ids.length === 0) return []
      await sql`
        with dead as (
          select distinct on (o.id) o.id, o.leased_until - ${leaseMs} * interval '1 millisecond' as begun,
            ${clock.now()}::timestamptz - (lease_clock() - o.leased_until) - ${leaseMs} * interval '1 millisecond' as since
          from coupons c join coupons o on o.merchant_id = c.merchant_id and o.stock_ref = c.stock_ref and o.openid = c.openid
          where c.id = any(${ids}::uuid[]) and o.lease_token is not null and o.leased_until <= lease_clock()
        ), ran_out as (
          -- Checked again under the lock: another process may have leased it again.
          update coupons o set lease_token = null, leased_until = null, doubt_since = coalesce(o.doubt_since, dead.since)
          from dead
          where o.id = dead.id and o.lease_token is not null and o.leased_until <= lease_clock()
          returning o.id, dead.begun
        )
        insert into attempts (coupon_row, at, outcome) select id, begun, 'lease_ran_out' from ran_out`.execute(trx)
      const { rows } = await sql<Row>`
        update coupons set lease_token = gen_random_uuid(), leased_until = lease_clock() + ${leaseMs} * interval '1 millisecond'
        where id = any(${ids}::uuid[])
        returning id, grant_id, merchant_id, account_id, stock_ref, openid, out_request_no, request, attempts, reason,
          doubt_since, lease_token`.execute(trx)
      return rows.map((row) => toOwedCoupon(row, heldUntilMs))
    })
  } catch (error) {
    // Another process took a coupon of the same pair between our query and our update; the next round finds the rest.
    if ((error as { constraint?: string }).constraint === 'coupons_one_send_at_a_time') return []
    throw error
  }
}

/** Makes a lease for a coupon that is written together with it. */
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
