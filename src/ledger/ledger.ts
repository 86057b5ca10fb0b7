import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { batched } from '../plumbing/storage/batched.ts'
import type { OwedCoupon } from './coupon.ts'
import { openFullness, type Wanted } from './fullness.ts'
import type { GivenBack } from './overshoots.ts'
import { type GivenUp, giveUp } from './give-up.ts'
import { type LateSent, settleLate, type SettledLate } from './late-sent.ts'
import type { Looking } from './lane-shares.ts'
import { leaseDue, leaseOne, leaseProbe } from './lease.ts'
import { endDoubt, postpone, type Postponed, release } from './postpone.ts'
import { replace, type Replaced, type Replacing } from './replace.ts'
import { openReserving } from './reserving.ts'
import type { Reservation, Reserved } from './reserve.ts'
import { type Refused, type Sent, type Settled, settleRefused, settleSent } from './settle.ts'

/**
 * The acts of the opened ledger. Only its folder writes grants, coupons and slots; its other writing functions run in
 * the caller's transaction.
 */
export type Ledger = {
  /**
   * Writes a grant with its slots and coupons. Concurrent reservations share a commit, unless their campaign is being
   * changed.
   */
  reserve(reservation: Reservation): Promise<Reserved>
  /** True when fewer places of a scope are free in the ledger than are wanted. */
  isFull(merchantId: number, wanted: Wanted): Promise<boolean>
  /** Writes a coupon as sent; concurrent ones share a commit. */
  settleSent(sent: Sent): Promise<Settled>
  /** Writes a coupon as sent that was refused before, and takes its places again. */
  settleLate(late: LateSent): Promise<SettledLate>
  /** Writes a coupon as refused and gives its places back. False when it is in doubt, or another process holds it. */
  settleRefused(refused: Refused): Promise<boolean>
  postpone(postponed: Postponed): Promise<void>
  /** With `dueAt` null the coupon keeps its due time. */
  release(coupon: OwedCoupon, dueAt: Date | null, reason?: string): Promise<void>
  endDoubt(coupon: OwedCoupon): Promise<void>
  leaseDue(hands: number, looking?: Looking): Promise<OwedCoupon[]>
  leaseProbe(halt: { account_id: number; stock_ref: number | null }): Promise<OwedCoupon | undefined>
  leaseOne(couponRow: string): Promise<OwedCoupon | undefined>
  /** Gives up, for an operator, the owed coupons of a grant that were never in doubt. */
  giveUp(
    grant: { merchantId: number; grantId: string },
    deed: { reason: string; at: Date },
  ): Promise<Omit<GivenUp, 'freed'>>
  /** Moves such coupons, for an operator, to another stock. Throws `NotReplaced`. */
  replace(replacing: Replacing): Promise<Omit<Replaced, 'freed'>>
}

/** Opens the ledger. `onFreed` is called with places that were given back, so that the gate offers them again. */
export function openLedger(db: Db, clock: Clock, onFreed: (merchantId: number, freed: GivenBack[]) => void): Ledger {
  return {
    reserve: openReserving(db),
    isFull: openFullness(db),
    settleSent: batched((sent: Sent[]) => settleSent(db, sent)),
    settleLate: (late) => settleLate(db, late),
    async settleRefused(refused) {
      const freed = await settleRefused(db, refused)
      if (freed) onFreed(refused.coupon.merchantId, freed)
      return freed !== undefined
    },
    postpone: (postponed) => postpone(db, postponed),
    release: (coupon, dueAt, reason) => release(db, coupon, dueAt, reason),
    endDoubt: (coupon) => endDoubt(db, coupon, clock.now()),
    leaseDue: (hands, looking) => leaseDue(db, clock, hands, looking),
    leaseProbe: (halt) => leaseProbe(db, clock, halt),
    leaseOne: (couponRow) => leaseOne(db, clock, couponRow),
    async giveUp(grant, deed) {
      const { freed, ...done } = await giveUp(db, grant, deed)
      onFreed(grant.merchantId, freed)
      return done
    },
    async replace(replacing) {
      const { freed, ...done } = await replace(db, replacing)
      onFreed(replacing.merchant.id, freed)
      return done
    },
  }
}
