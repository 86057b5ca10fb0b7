import { type Found, type Loop, openLoop } from '../plumbing/schedule/loop.ts'
import type { Services } from '../services.ts'
import { refill } from '../ledger/lane-shares.ts'
import { roomAtWechat } from '../merchants/pay-wall.ts'
import { doors } from './doors.ts'
import { openHands } from './hands.ts'
import { forgetLifted } from './obstacles.ts'
import { probeHalts } from './probes.ts'
import { send } from './sender.ts'

export type DeliveryLoop = Loop & {
  /** Sends all that is due now; returns when each coupon is settled or due later. Throws what the database throws. */
  drain(): Promise<void>
}

/**
 * An account has at most half a second of its pace in hand: at 500 sends per second of about 100 ms each, 50 are at
 * WeChat, and the others wait for a turn, so that none is lost while the next batch is leased. These are the hands for
 * four such accounts: when sends begin to hang, as many may be without an answer before their circuits open, and there
 * are hands left for all others.
 */
const mostInHand = 1_280
/** One statement leases no more than this. */
const largestBatch = 256

/**
 * Leases due coupons and sends them, many at a time. It looks when the delivery bell rings, and at least every
 * `everyMs`. Any number of these loops may run, in any number of processes.
 */
export function openDeliveryLoop(services: Services, everyMs = 500): DeliveryLoop {
  const { ledger, log, bells } = services
  const hands = openHands(mostInHand, wakeWhenEnough)
  let looks = 0
  let waitsForHands = false
  let forgetBell = () => {}

  /** Starts as many sends as there are free hands; returns how many. */
  async function takeDue(): Promise<number> {
    const wanted = Math.min(hands.free(), largestBatch)
    const coupons = await ledger.leaseDue(wanted, { inHand: hands.byAccount, start: looks++, room })
    // No halt was active when they were leased: if this process remembers one, it has been lifted since.
    if (coupons.length > 0) forgetLifted(services, coupons)
    for (const coupon of coupons) hands.hold(send(services, coupon, doors.worker), coupon.accountId)
    return coupons.length
  }

  async function look(): Promise<Found> {
    waitsForHands = hands.free() < refill
    return waitsForHands || (await takeDue()) === 0 ? 'nothing' : 'more'
  }

  /** Nothing of a number that WeChat does not answer is taken: its coupons stay due, untouched. */
  function room({ mchid }: { mchid: string }): number {
    return roomAtWechat(services, mchid)
  }

  /** An account with many in hand was left out by the last looks, until so many of them were done. */
  function wakeWhenEnough(ofAccount: number): void {
    const isRefill = ofAccount > 0 && ofAccount % refill === 0
    if (isRefill || (waitsForHands && hands.free() >= refill)) loop.wake()
  }

  const loop = openLoop({ name: 'delivery', everyMs, look, log, failure: 'delivery cannot read the ledger' })
  return {
    ...loop,
    start() {
      forgetBell = bells.onRing('delivery', loop.wake)
      loop.start()
    },
    async drain() {
      await probeHalts(services)
      while ((await takeDue()) > 0 || !hands.isEmpty()) await hands.allDone()
    },
    async stop() {
      forgetBell()
      await loop.stop()
      await hands.allDone()
    },
  }
}
