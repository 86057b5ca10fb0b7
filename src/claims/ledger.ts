import type { Db } from '../database.ts'
import { grouped } from '../grouped.ts'
import type { OwedCoupon } from './coupon.ts'
import { leaseDue, leaseOne, type LeaseOptions, leaseProbe } from './lease.ts'
import { postpone, type Postponed, release } from './postpone.ts'
import { type Reservation, reserve, type Reserved } from './reserve.ts'
import { type GivenBack, type Refused, type Sent, settleRefused, settleSent } from './settle.ts'

/** The only code that writes grants, coupons and slots. */
export type Ledger = {
  /** Writes a grant with its slots and coupons; concurrent reservations share a commit. */
  reserve(reservation: Reservation): Promise<Reserved>
  /** Writes a coupon as sent; concurrent ones share a commit. */
  settleSent(sent: Sent): Promise<void>
  /** Writes a coupon as refused and gives its places back. */
  settleRefused(refused: Refused): Promise<void>
  postpone(postponed: Postponed): Promise<void>
  release(coupon: OwedCoupon, dueAt: Date, reason?: string): Promise<void>
  leaseDue(options: LeaseOptions & { limit: number }): Promise<OwedCoupon[]>
  leaseProbe(options: LeaseOptions & { haltId: number }): Promise<OwedCoupon | undefined>
  leaseOne(couponRow: string, options: LeaseOptions): Promise<OwedCoupon | undefined>
}

/**
 * Opens the ledger for the process named `owner`, which frees only leases that it holds itself. `onFreed` hears of places that were given back, so that
 * the gate offers them again.
 */
export function openLedger(db: Db, owner: string, onFreed: (merchantId: number, freed: GivenBack[]) => void): Ledger {
  return {
    reserve: grouped((reservations: Reservation[]) => reserve(db, reservations)),
    settleSent: grouped((sent: Sent[]) => settleSent(db, sent)),
    async settleRefused(refused) {
      onFreed(refused.coupon.merchantId, await settleRefused(db, refused))
    },
    postpone: (postponed) => postpone(db, owner, postponed),
    release: (coupon, dueAt, reason) => release(db, owner, coupon, dueAt, reason),
    leaseDue: (options) => leaseDue(db, options),
    leaseProbe: (options) => leaseProbe(db, options),
    leaseOne: (couponRow, options) => leaseOne(db, couponRow, options),
  }
}
