import { type Found, type Loop, openLoop } from '../plumbing/schedule/loop.ts'
import type { Services } from '../services.ts'
import { doors } from './doors.ts'
import { openHands } from './hands.ts'
import { forgetLifted } from './obstacles.ts'
import { probeHalts } from './probes.ts'
import { send } from './sender.ts'

export type DeliveryLoop = Loop & {
  /** Sends everything that is due now; returns when it is settled or due later. Throws what the database throws. */
  drain(): Promise<void>
}

/**
 * 500 sends a second of ~100 ms each are 50 with WeChat; the rest waits in line for a turn, half a second's worth, so
 * that no turn is lost while the next batch is leased.
 */
const mostInHand = 256
/** Fewer free hands than this are not worth a look into the ledger. */
const smallestBatch = 64

/**
 * Leases what is due and sends it, many at a time; looks when the delivery bell rings, and at least every `everyMs`. Any
 * number may run, in any number of processes.
 */
export function openDeliveryLoop(services: Services, everyMs = 500): DeliveryLoop {
  const { ledger, log, bells } = services
  const hands = openHands(mostInHand, wakeWhenEnough)
  let looks = 0
  let waitsForHands = false
  let forgetBell = () => {}

  /** Starts as many sends as there are free hands; returns how many. */
  async function takeDue(): Promise<number> {
    const coupons = await ledger.leaseDue(hands.free(), { inHand: hands.byAccount, start: looks++ })
    // No halt stood when they were taken: one that this process remembers was lifted since.
    if (coupons.length > 0) forgetLifted(services, coupons)
    for (const coupon of coupons) hands.hold(send(services, coupon, doors.worker), coupon.accountId)
    return coupons.length
  }

  async function look(): Promise<Found> {
    waitsForHands = hands.free() < smallestBatch
    return waitsForHands || (await takeDue()) === 0 ? 'nothing' : 'more'
  }

  function wakeWhenEnough(): void {
    if (waitsForHands && hands.free() >= smallestBatch) loop.wake()
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
