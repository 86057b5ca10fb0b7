import type { Selectable } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import type { CouponsTable } from '../plumbing/storage/schema.ts'

export type EvidenceCoupon = Awaited<ReturnType<typeof couponsOf>>[number]

/** Reads the coupons of a grant, each with all its answers. */
export async function couponsOf(db: Db, grantId: string) {
  const rows = await db
    .selectFrom('coupons as c')
    .innerJoin('accounts as a', 'a.id', 'c.account_id')
    .innerJoin('stocks as s', 's.id', 'c.stock_ref')
    .select(['a.mchid', 'a.serial_no', 's.stock_id', 's.creator_mchid', 'c.account_id', 'c.stock_ref'])
    .select([
      'c.ordinal',
      's.name',
      's.coupon_amount',
      's.transaction_minimum',
      's.available_begin',
      's.available_end',
      'c.due_at',
      'c.set_aside',
    ])
    .select(['c.id', 'c.openid', 'c.out_request_no', 'c.request', 'c.state', 'c.reason', 'c.coupon_id', 'c.created_at'])
    .select(['c.settled_at', 'c.doubt_since', 'c.last_status', 'c.last_code', 'c.last_message', 'c.last_request_id'])
    .where('c.grant_id', '=', grantId)
    .orderBy('c.ordinal')
    .execute()
  return Promise.all(rows.map(async (row) => ({ ...row, answers: await answersOf(db, row) })))
}

type Settled = Pick<
  Selectable<CouponsTable>,
  'id' | 'state' | 'reason' | 'settled_at' | 'last_status' | 'last_code' | 'last_message' | 'last_request_id'
>

/** The tries that did not settle the coupon, and last the one that did. */
async function answersOf(db: Db, coupon: Settled) {
  const attempts = await db
    .selectFrom('attempts')
    .select(['at', 'outcome', 'status', 'code', 'message', 'request_id'])
    .where('coupon_row', '=', coupon.id)
    .orderBy('id')
    .execute()
  if (coupon.settled_at === null) return attempts
  const { last_status: status, last_code: code, last_message: message, last_request_id: request_id } = coupon
  const outcome = coupon.state === 'sent' ? 'sent' : (coupon.reason ?? 'refused')
  return [...attempts, { at: coupon.settled_at, outcome, status, code, message, request_id }]
}
