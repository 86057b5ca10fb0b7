import type { Services } from '../services.ts'
import type { Stock } from '../stocks/stock.ts'
import type { Award } from './award.ts'
import { leaseMs, type OwedCoupon } from './coupon.ts'
import { outRequestNo, timeOrderedId } from './ids.ts'
import type { Limit } from './limits.ts'
import type { Offer } from './offer.ts'
import type { Reservation, Slot } from './reserve.ts'

type CouponRow = Reservation['coupons'][number]

/** Everything an award writes, once the gate has proposed `numbers` for each of its limits. */
export function reservationOf(
  services: Services,
  wanted: Award,
  { sender, coupons }: Offer,
  limits: Limit[],
  numbers: number[][],
): Reservation {
  const { merchant, campaign } = wanted
  const at = services.clock.now()
  const rows: CouponRow[] = []
  for (const { stock, count } of coupons) {
    for (let index = 0; index < count; index += 1) {
      const id = timeOrderedId(at)
      const number = outRequestNo(sender.mchid, id, at)
      // One send of a stock to an openid at a time: only the first of several is leased.
      const leased = wanted.lease === true && !wanted.busy && index === 0
      rows.push({
        id,
        accountId: sender.id,
        stockRef: stock.id,
        ordinal: rows.length,
        outRequestNo: number,
        request: requestBody(merchant.officialAccount.appid, stock, number),
        dueAt: wanted.dueAt ?? at,
        leaseOwner: leased ? services.processName : null,
        leasedUntil: leased ? new Date(at.getTime() + leaseMs) : null,
      })
    }
  }
  const grant = {
    id: timeOrderedId(at),
    merchantId: merchant.id,
    campaignId: campaign.id,
    campaignRevision: campaign.revision,
    openid: wanted.openid,
    triggerKey: wanted.triggerKey,
    tier: wanted.tier ?? null,
    transactionId: wanted.transactionId ?? null,
    factsVersion: wanted.factsVersion ?? null,
    at,
  }
  return { grant, slots: slotsOf(limits, numbers, rows), coupons: rows }
}

/** Places under a stock's own limit belong to its coupons, one each; all others to the grant. */
export function slotsOf(limits: Limit[], numbers: number[][], coupons: { id: string; stockRef: number }[]): Slot[] {
  return limits.flatMap(({ scope, stockRef }, index) => {
    const holders = stockRef === undefined ? [] : coupons.filter((coupon) => coupon.stockRef === stockRef)
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
