import type { Account } from '../merchants/merchant.ts'
import type { Services } from '../services.ts'
import type { Award } from './awarded.ts'
import type { OwedCoupon } from '../ledger/coupon.ts'
import { outRequestNo, requestBody, timeOrderedId } from '../ledger/ids.ts'
import { newLease } from '../ledger/lease.ts'
import type { Limit } from '../ledger/limits/limits.ts'
import type { Offer } from './offer.ts'
import type { Reservation, Slot } from '../ledger/reserve.ts'

type CouponRow = Reservation['coupons'][number]

/** `busy`: another coupon of the same stock and member is being sent; the worker sends this one afterwards. */
export type Asked = Award & { busy?: boolean }

/** What the gate has proposed for an award: its limits, the places under each limit, and the sender of each stock. */
export type Proposed = { limits: Limit[]; numbers: number[][]; senders: Map<number, Account> }

/**
 * Returns everything that an award writes, and those of its coupons that this process holds from the moment of writing.
 */
export function reservationOf(
  services: Services,
  wanted: Asked,
  offer: Offer,
  { limits, numbers, senders }: Proposed,
): { reservation: Reservation; leased: OwedCoupon[] } {
  const { merchant, campaign, openid } = wanted
  const at = services.clock.now()
  const lease = newLease(services.clock)
  const rows: CouponRow[] = []
  for (const { stock, count } of offer) {
    const sender = senders.get(stock.id) as Account
    const places = numbers[limits.findIndex((limit) => limit.stockRef === stock.id)] as number[]
    for (let index = 0; index < count; index += 1) {
      const place = places[index] as number
      const { appid } = merchant.officialAccount
      const named = { slug: merchant.slug, appid, mchid: sender.mchid, stock, openid, place }
      // Only one coupon of a stock may be sent to an openid at a time, so only the first of several is leased.
      const leased = wanted.lease === true && !wanted.busy && index === 0
      rows.push({
        id: timeOrderedId(at),
        accountId: sender.id,
        stockRef: stock.id,
        ordinal: rows.length,
        place,
        outRequestNo: outRequestNo(named),
        request: requestBody(named),
        dueAt: wanted.dueAt ?? at,
        leaseToken: leased ? lease.token : null,
      })
    }
  }
  const grant = {
    id: timeOrderedId(at),
    merchantId: merchant.id,
    campaignId: campaign.id,
    campaignRevision: campaign.revision,
    openid,
    triggerKey: wanted.triggerKey,
    tier: wanted.tier ?? null,
    transactionId: wanted.transactionId ?? null,
    earnedAt: wanted.at,
    factsVersion: wanted.factsVersion ?? null,
    at,
  }
  const slots = limits.flatMap((limit, index) => slotsOf(limit, numbers[index] as number[], rows))
  return { reservation: { grant, slots, coupons: rows }, leased: leasedOf(grant, rows, lease) }
}

/** Each place under a stock's own limit belongs to one of its coupons; all other places belong to the grant. */
function slotsOf({ scope, stockRef }: Limit, numbers: number[], coupons: CouponRow[]): Slot[] {
  const holders = stockRef === undefined ? [] : coupons.filter((coupon) => coupon.stockRef === stockRef)
  return numbers.map((number, index) => ({ scope, number, couponRow: holders[index]?.id ?? null }))
}

function leasedOf(grant: Reservation['grant'], coupons: CouponRow[], lease: OwedCoupon['lease']): OwedCoupon[] {
  return coupons
    .filter((coupon) => coupon.leaseToken !== null)
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
      reason: null,
      doubtSince: null,
      lease,
    }))
}
