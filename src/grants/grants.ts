import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { CampaignKind, CouponState } from '../plumbing/storage/schema.ts'
import { isUuid } from '../ledger/ids.ts'

export type GrantStatus = 'sent' | 'pending' | 'partial' | 'refused'

/** One grant, as its member and the operators see it. */
export type Grant = {
  id: string
  openid: string
  status: GrantStatus
  createdAt: Date
  /** When the payment that earned it was found to be refunded; null when it was not. */
  refundedAt: Date | null
  transactionId: string | null
  campaign: { id: number; slug: string; title: string; kind: CampaignKind }
  coupons: GrantCoupon[]
}

export type GrantCoupon = {
  stockId: string
  name: string
  couponId: string | null
  /** accounts.id of its sender. */
  accountId: number
  state: CouponState
  /** A name from the outcome table: why it was refused, or what it waits for. */
  reason: string | null
  /** fen */
  amount: number
  /** fen */
  minimum: number
  availableBegin: Date
  availableEnd: Date
  dueAt: Date
  outRequestNo: string
}

/** Derives a grant's status from its coupons: pending while one is owed, otherwise sent, partial or refused. */
export function statusOf(states: CouponState[]): GrantStatus {
  if (states.includes('reserved')) return 'pending'
  if (states.every((state) => state === 'sent')) return 'sent'
  return states.includes('sent') ? 'partial' : 'refused'
}

/** Returns undefined for a text that is no id, and for an id that is not a grant of this merchant. */
export async function findGrant(db: Db, merchantId: number, grantId: string): Promise<Grant | undefined> {
  if (!isUuid(grantId)) return undefined
  const [grant] = await readGrants(db, sql`g.merchant_id = ${merchantId} and g.id = ${grantId}`, 1)
  return grant
}

/** The member's grants, newest first. */
export function memberGrants(db: Db, merchantId: number, openid: string, limit: number): Promise<Grant[]> {
  return readGrants(db, sql`g.merchant_id = ${merchantId} and g.openid = ${openid}`, limit)
}

/** The member's grants in one campaign, newest first. */
export function campaignGrants(db: Db, merchantId: number, campaignId: number, openid: string): Promise<Grant[]> {
  const mine = sql`g.merchant_id = ${merchantId} and g.openid = ${openid} and g.campaign_id = ${campaignId}`
  return readGrants(db, mine, mostGrantsShown)
}

/** The grants that one payment earned, newest first. */
export function grantsOfTransaction(db: Db, merchantId: number, transactionId: string): Promise<Grant[]> {
  return readGrants(db, sql`g.merchant_id = ${merchantId} and g.transaction_id = ${transactionId}`, mostGrantsShown)
}

/** The merchant's grants of these ids, newest first. */
export function grantsOfIds(db: Db, merchantId: number, ids: string[]): Promise<Grant[]> {
  return readGrants(db, sql`g.merchant_id = ${merchantId} and g.id = any(${ids})`, ids.length)
}

const mostGrantsShown = 50
type Row = Omit<Grant, 'status' | 'campaign'> & {
  campaignId: number
  slug: string
  title: string
  kind: CampaignKind
  coupons: (Omit<GrantCoupon, 'availableBegin' | 'availableEnd' | 'dueAt'> &
    Record<'availableBegin' | 'availableEnd' | 'dueAt', string>)[]
}

/**
 * SQL expression: the cause of the active halt on an owed coupon's lane. It serves as the reason of a coupon that was
 * never tried because of the halt.
 */
const standingCause = sql`case when c.state = 'reserved' then (
  select h.cause from halts h where h.lifted_at is null and h.account_id = c.account_id
    and (h.stock_ref is null or h.stock_ref = c.stock_ref) limit 1) end`

async function readGrants(db: Db, which: ReturnType<typeof sql>, limit: number): Promise<Grant[]> {
  const { rows } = await sql<Row>`
    select g.id, g.openid, g.created_at as "createdAt", g.refunded_at as "refundedAt", g.transaction_id as "transactionId",
      g.campaign_id as "campaignId", ca.slug, ca.title, ca.kind,
      (select json_agg(json_build_object(
          'stockId', s.stock_id, 'name', s.name, 'couponId', c.coupon_id, 'accountId', c.account_id, 'state', c.state, 'reason', coalesce(c.reason, ${standingCause}),
          'amount', s.coupon_amount, 'minimum', s.transaction_minimum, 'availableBegin', s.available_begin,
          'availableEnd', s.available_end, 'dueAt', c.due_at, 'outRequestNo', c.out_request_no) order by c.ordinal)
        from coupons c join stocks s on s.id = c.stock_ref where c.grant_id = g.id) as coupons
    from grants g join campaigns ca on ca.id = g.campaign_id
    where ${which}
    order by g.id desc
    limit ${limit}`.execute(db)
  return rows.map(({ campaignId, slug, title, kind, coupons, ...grant }) => ({
    ...grant,
    status: statusOf(coupons.map((coupon) => coupon.state)),
    campaign: { id: campaignId, slug, title, kind },
    coupons: coupons.map((coupon) => ({
      ...coupon,
      availableBegin: new Date(coupon.availableBegin),
      availableEnd: new Date(coupon.availableEnd),
      dueAt: new Date(coupon.dueAt),
    })),
  }))
}
