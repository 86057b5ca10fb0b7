import { type Found, type Loop, openLoop } from '../plumbing/schedule/loop.ts'
import type { Services } from '../services.ts'
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
 * At 500 sends per second of about 100 ms each, 50 are at WeChat at a time. The others wait for a turn, enough for half
 * a second, so that no turn is lost while the next batch is leased.
 */
const mostInHand = 256
/** With fewer free hands than this, asking the ledger is not worth a query. */
const smallestBatch = 64

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
    const coupons = await ledger.leaseDue(hands.free(), { inHand: hands.byAccount, start: looks++ })
    // No halt was active when they were leased: if this process remembers one, it has been lifted since.
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
