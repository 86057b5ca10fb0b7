import type { Campaign } from '../../../src/plumbing/storage/schema/campaign.ts'
import type { Stock } from '../../../src/plumbing/storage/schema/stock.ts'
import { readChronicle, type Written } from '../chronicle.ts'
import type { WechatCoupon } from '../wechat.ts'
import type { World } from '../world.ts'

export type GrantRow = {
  id: string
  campaign_id: number
  openid: string
  trigger_key: string
  tier: number | null
  transaction_id: string | null
  refunded_at: Date | null
  created_at: Date
  earned_at: Date
}

export type CouponRow = {
  id: string
  grant_id: string
  stock_ref: number
  openid: string
  ordinal: number
  out_request_no: string
  state: 'reserved' | 'sent' | 'refused'
  reason: string | null
  coupon_id: string | null
  due_at: Date
  attempts: number
  /** It may exist at WeChat though its state does not say so. */
  inDoubt: boolean
  set_aside: boolean
}

export type SlotRow = { scope: string; number: number; grant_id: string | null; coupon_row: string | null }

/** Everything that a run has left behind, on our side and on WeChat's. */
export type Evidence = {
  grants: GrantRow[]
  coupons: CouponRow[]
  slots: SlotRow[]
  campaigns: Campaign[]
  stocks: Stock[]
  chronicle: Written[]
  given: WechatCoupon[]
  /** Something of the grant is owed, given, or may have been given. */
  counts(grant: GrantRow): boolean
  couponsOf(grant: GrantRow): CouponRow[]
  /** The grants of which WeChat has a coupon, whatever our side says. */
  grantsOf(coupon: WechatCoupon): string[]
}

export async function readEvidence({ stage, wechat }: World): Promise<Evidence> {
  const read = async <T>(table: string) => (await stage.admin.query(`select * from ${table}`)).rows as T[]
  const rows = await read<CouponRow & { doubt_since: Date | null }>('coupons')
  const coupons = rows.map((row) => ({ ...row, inDoubt: row.doubt_since !== null }))
  const couponsOf = (grant: GrantRow) => coupons.filter((row) => row.grant_id === grant.id)

  return {
    grants: await read<GrantRow>('grants order by id'),
    coupons,
    slots: await read<SlotRow>('slots'),
    campaigns: await read<Campaign>('campaigns'),
    stocks: await read<Stock>('stocks'),
    chronicle: await readChronicle(stage.admin),
    given: wechat.coupons,
    couponsOf,
    counts: (grant) => couponsOf(grant).some((row) => row.state !== 'refused' || row.inDoubt),
    grantsOf: (coupon) => holdersOf(coupon, coupons).map((row) => row.grant_id),
  }
}

/** Whose coupon it is: the row that says so, else all that ever had its number (a place that is free again keeps it). */
function holdersOf({ couponId, number }: WechatCoupon, coupons: CouponRow[]): CouponRow[] {
  const rows = coupons.filter((row) => row.out_request_no === number)
  const settled = rows.filter((row) => row.coupon_id === couponId)
  return settled.length > 0 ? settled : rows
}
