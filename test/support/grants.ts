import { type Cancelled, cancelUnsent } from '../../src/ledger/cancel.ts'
import { timeOrderedId } from '../../src/ledger/ids.ts'
import type { Campaign } from '../../src/plumbing/storage/schema/campaign.ts'
import type { CouponState } from '../../src/plumbing/storage/schema.ts'
import type { Services } from '../../src/services.ts'
import type { Stock } from '../../src/plumbing/storage/schema/stock.ts'

type GrantOptions = {
  openid: string
  /** One coupon a state; a refused one may say why. */
  coupons: (CouponState | [CouponState, string])[]
  createdAt?: Date
  refundedAt?: Date
}

/** What a refund does to a grant that fell (payments/take-refund.ts): cancels the unsent, and tells the gate what is free. */
export async function takeGrantBack(
  { db, gate, clock }: Services,
  grant: { merchantId: number; grantId: string },
): Promise<Cancelled> {
  const done = await db.transaction().execute((trx) => cancelUnsent(trx, grant, 'refunded', clock.now()))
  gate.giveBack(grant.merchantId, done.freed)
  return done
}

/** A grant as the ledger would hold it, with its coupons in these states. Returns its id. */
export async function aGrant(
  services: Services,
  campaign: Campaign,
  stock: Stock,
  options: GrantOptions,
): Promise<string> {
  const { db, clock } = services
  const at = options.createdAt ?? clock.now()
  const id = timeOrderedId(at)
  const { openid } = options
  await db
    .insertInto('grants')
    .values({
      id,
      merchant_id: campaign.merchant_id,
      campaign_id: campaign.id,
      openid,
      trigger_key: `link/${openid}/${id}`,
      refunded_at: options.refundedAt ?? null,
      earned_at: at,
      created_at: at,
    })
    .execute()
  const rows = options.coupons.map((each, ordinal) => {
    const [state, reason]: [CouponState, string | null] = Array.isArray(each) ? each : [each, null]
    const couponRow = timeOrderedId(at)
    return {
      id: couponRow,
      grant_id: id,
      merchant_id: campaign.merchant_id,
      account_id: 1,
      stock_ref: stock.id,
      openid,
      ordinal,
      out_request_no: `1601400973-${couponRow}`,
      place: ordinal + 1,
      request: '{}',
      state,
      reason,
      attempts: 0,
      coupon_id: state === 'sent' ? `98${ordinal}${couponRow.slice(-6)}` : null,
      due_at: new Date(at.getTime() + 3_600_000),
      created_at: at,
    }
  })
  await db.insertInto('coupons').values(rows).execute()
  return id
}
