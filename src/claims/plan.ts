import { senderOf } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { Stock } from '../stocks/stock.ts'
import type { Award } from './award.ts'
import { leaseMs, type OwedCoupon } from './coupon.ts'
import { outRequestNo, timeOrderedId } from './ids.ts'
import { couponsByStock, type Limit, limitsOf } from './limits.ts'
import type { Reservation, Slot } from './reserve.ts'

export type Plan = {
  limits: Limit[]
  stocks: Stock[]
  /** The whole reservation, once the gate has proposed numbers for each limit. */
  reserve(numbers: number[][]): Reservation
}

/** Works out what an award would write. Throws when the campaign names a sender or a stock that is not there. */
export async function planAward(services: Services, wanted: Award): Promise<Plan> {
  const { merchant, campaign, openid, at } = wanted
  const sender = senderOf(merchant, campaign.sender_mchid)
  if (!sender) throw new Error(`merchant ${merchant.slug} has no sender account for campaign ${campaign.slug}`)
  const stocks = await stocksOf(services, wanted)
  const coupons = couponsByStock(wanted.coupons, stocks)
  const limits = limitsOf({ campaign, openid, coupons, tier: wanted.tier, at })

  function reserve(numbers: number[][]): Reservation {
    const writtenAt = services.clock.now()
    const rows = coupons.flatMap(({ stock, count }) =>
      Array.from({ length: count }, (_, index) => {
        const id = timeOrderedId(writtenAt)
        const number = outRequestNo((sender as { mchid: string }).mchid, id, writtenAt)
        // One send of a stock to an openid at a time: only the first of several is leased.
        const leased = wanted.lease === true && index === 0
        return {
          id,
          accountId: (sender as { id: number }).id,
          stockRef: stock.id,
          outRequestNo: number,
          request: requestBody(merchant.officialAccount.appid, stock, number),
          dueAt: wanted.dueAt ?? writtenAt,
          leaseOwner: leased ? services.processName : null,
          leasedUntil: leased ? new Date(writtenAt.getTime() + leaseMs) : null,
        }
      }),
    )
    const withOrdinals = rows.map((row, ordinal) => ({ ...row, ordinal }))
    const grant = {
      id: timeOrderedId(writtenAt),
      merchantId: merchant.id,
      campaignId: campaign.id,
      campaignRevision: campaign.revision,
      openid,
      triggerKey: wanted.triggerKey,
      tier: wanted.tier ?? null,
      transactionId: wanted.transactionId ?? null,
      at: writtenAt,
    }
    return { grant, slots: slotsOf(limits, numbers, withOrdinals), coupons: withOrdinals }
  }
  return { limits, stocks: [...stocks.values()], reserve }
}

async function stocksOf({ directory }: Services, { merchant, coupons }: Award): Promise<Map<string, Stock>> {
  const stocks = new Map<string, Stock>()
  for (const { stock_id } of coupons) {
    const stock = await directory.stock(merchant.id, stock_id)
    if (stock) stocks.set(stock_id, stock)
  }
  return stocks
}

/** Places under a stock's own limit belong to its coupons, one each; all others to the grant. */
function slotsOf(limits: Limit[], numbers: number[][], coupons: Reservation['coupons']): Slot[] {
  return limits.flatMap(({ scope, stockRef }, index) => {
    const holders = coupons.filter((coupon) => coupon.stockRef === stockRef)
    return (numbers[index] ?? []).map((number, place) => ({ scope, number, couponRow: holders[place]?.id ?? null }))
  })
}

/** The body of every attempt, written once (wechat/pay-v3.md 3.1: strings, never coupon_value or coupon_minimum). */
function requestBody(appid: string, stock: Stock, number: string): string {
  return JSON.stringify({
    stock_id: stock.stock_id,
    out_request_no: number,
    appid,
    stock_creator_mchid: stock.creator_mchid,
  })
}

/** The coupons of a fresh reservation that this process holds. */
export function leasedOf({ grant, coupons }: Reservation): OwedCoupon[] {
  return coupons
    .filter((coupon) => coupon.leaseOwner !== null)
    .map(({ id, accountId, stockRef, outRequestNo: number, request }) => ({
      id,
      grantId: grant.id,
      merchantId: grant.merchantId,
      accountId,
      stockRef,
      openid: grant.openid,
      outRequestNo: number,
      request,
      attempts: 0,
      doubtful: false,
    }))
}
