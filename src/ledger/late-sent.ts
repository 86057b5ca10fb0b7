import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { memberMark } from '../members/member-mark.ts'
import type { Merchant } from '../merchants/merchant.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { type Limit, limitsOf } from './limits/limits.ts'
import { holdCampaignOf, lockGrant } from './locks.ts'
import type { Sent } from './settle.ts'
import { takePlaceOrOvershoot } from './take-places.ts'

export type LateSent = {
  sent: Sent
  merchant: Merchant
  stock: Stock
}

export type SettledLate =
  /** `over`: scopes that now hold more places than they allow. */
  | { kind: 'late'; over: string[] }
  /** The row was already sent with this `coupon_id`: nothing to do. */
  | { kind: 'known' }
  /** The row was sent with another `coupon_id`, or another row has this coupon, or this place and number, by now. */
  | { kind: 'of_another_row' }

/**
 * Handles a coupon that WeChat confirms as sent but that is refused in the ledger. WeChat's answer wins, since the
 * member has the coupon: it is written as sent, marked late, and takes its places again, above the limit when none is
 * left. One transaction. It frees no place.
 */
export function settleLate(db: Db, { sent, merchant, stock }: LateSent): Promise<SettledLate> {
  const { coupon, couponId, status, requestId, at } = sent
  const { merchantId, grantId } = coupon
  return db.transaction().execute(async (trx): Promise<SettledLate> => {
    const limits = await limitsUnderLock(trx, { sent, merchant, stock })
    const row = await trx.selectFrom('coupons').selectAll().where('id', '=', coupon.id).executeTakeFirstOrThrow()
    if (row.state === 'sent') return { kind: row.coupon_id === couponId ? 'known' : 'of_another_row' }
    const stockScope = limits.find((limit) => limit.stockRef !== undefined)?.scope ?? ''
    if (await isAnothers(trx, row, couponId, stockScope)) return { kind: 'of_another_row' }

    const held = await trx
      .selectFrom('slots')
      .select(['scope', 'coupon_row'])
      .where('grant_id', '=', grantId)
      .where((eb) => eb.or([eb('coupon_row', 'is', null), eb('coupon_row', '=', coupon.id)]))
      .execute()
    const over: string[] = []
    let { place } = row
    for (const limit of limits.filter((one) => !held.some((slot) => slot.scope === one.scope))) {
      const isStock = limit.stockRef !== undefined
      const taking = { merchantId, grantId, couponRow: isStock ? coupon.id : null, limit }
      const taken = await takePlaceOrOvershoot(trx, isStock && row.place ? { ...taking, wish: row.place } : taking)
      if (isStock) place = taken.place
      if (taken.over) over.push(limit.scope)
    }
    await trx
      .updateTable('coupons')
      .set((eb) => ({
        state: 'sent',
        coupon_id: couponId,
        reason: null,
        late: true,
        place,
        attempts: eb('attempts', '+', 1),
        doubt_since: null,
        set_aside: false,
        lease_token: null,
        leased_until: null,
        last_status: status,
        last_code: null,
        last_message: null,
        last_request_id: requestId ?? null,
        settled_at: at,
      }))
      .where('id', '=', coupon.id)
      .execute()
    return { kind: 'late', over }
  })
}

/**
 * Returns every limit of the coupon's grant, with this coupon alone. The locks keep them unchanged until the commit.
 */
async function limitsUnderLock(trx: Db, { sent: { coupon }, merchant, stock }: LateSent): Promise<Limit[]> {
  const campaign = await holdCampaignOf(trx, coupon.grantId)
  const { tier, earned_at: at } = await lockGrant(trx, coupon.grantId)
  const mark = memberMark(merchant, coupon.openid)
  const coupons = [{ stock, count: 1 }]
  return limitsOf({ campaign, mark, coupons, tier: tier ?? undefined, at })
}

/** True when the coupon, or the place and number under which it was sent, belongs to another row by now. */
async function isAnothers(
  trx: Db,
  row: { id: string; merchant_id: number; stock_ref: number; place: number | null; out_request_no: string },
  couponId: string,
  stockScope: string,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from coupons c where c.merchant_id = ${row.merchant_id} and c.stock_ref = ${row.stock_ref}
      and c.coupon_id = ${couponId} and c.id <> ${row.id}
    union all
    select 1 from slots s join coupons c on c.id = s.coupon_row
    where s.merchant_id = ${row.merchant_id} and s.scope = ${stockScope} and s.number = ${row.place}
      and c.out_request_no = ${row.out_request_no} and c.id <> ${row.id}
    limit 1`.execute(trx)
  return rows.length > 0
}
