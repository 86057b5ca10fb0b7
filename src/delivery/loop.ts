import type { Services } from '../services.ts'
import { doors } from './doors.ts'
import { openHands } from './hands.ts'
import { probeHalts } from './probes.ts'
import { send } from './sender.ts'
import { forgetLifted } from './obstacles.ts'

export type DeliveryLoop = {
  start(): void
  /** Sends everything that is due now; returns when it is settled or due later. Throws what the database throws. */
  drain(): Promise<void>
  /** Something new is due: look now. */
  wake(): void
  /** Takes nothing more and waits for the sends in hand. */
  stop(): Promise<void>
}

/**
 * 500 sends a second of ~100 ms each are 50 with WeChat; the rest waits in line for a turn, half a second's worth, so
 * that no turn is lost while the next batch is leased.
 */
const mostInHand = 256
/** Fewer free hands than this are not worth a look into the ledger. */
const smallestBatch = 64
const pollMs = 500
const probeEveryMs = 1_000
const outagePausesMs = [250, 1_000, 2_000, 5_000]

/** The worker: leases what is due and sends it, many at a time. Any number may run, in any number of processes. */
export function openDeliveryLoop(services: Services): DeliveryLoop {
  const { ledger, log } = services
  const hands = openHands(mostInHand)
  let looks = 0
  let running: Promise<void> | undefined
  let stopping = false
  let endNap = () => {}
  let probedAt = -Infinity

  /** Starts as many sends as there are free hands; returns how many. */
  async function takeDue(): Promise<number> {
    const coupons = await ledger.leaseDue(hands.free(), { inHand: hands.byAccount, start: looks++ })
    // No halt stood when they were taken: one that this process remembers was lifted since.
    if (coupons.length > 0) forgetLifted(services, coupons)
    for (const coupon of coupons) hands.hold(send(services, coupon, doors.worker), coupon.accountId)
    return coupons.length
  }

  async function look(): Promise<void> {
    if (performance.now() - probedAt >= probeEveryMs) {
      probedAt = performance.now()
      const noted = (error: Error) => log.debug({ error: error.message }, 'halts cannot be probed')
      // It fails only when the ledger cannot be read: the loop says so once.
      hands.hold(probeHalts(services).catch(noted))
    }
    if ((await takeDue()) === 0) await nap(pollMs)
    while (hands.free() < smallestBatch) await hands.oneDone()
  }

  async function run(): Promise<void> {
    let failures = 0
    while (!stopping) {
      try {
        await look()
        if (failures > 0) log.info('delivery goes on')
        failures = 0
      } catch (error) {
        if (failures === 0) log.error({ error: (error as Error).message }, 'delivery cannot read the ledger')
        await nap(outagePausesMs[Math.min(failures, outagePausesMs.length - 1)]!)
        failures += 1
      }
    }
  }

  function nap(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, stopping ? 0 : milliseconds)
      endNap = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    start() {
      running ??= run()
    },
    async drain() {
      await probeHalts(services)
      while ((await takeDue()) > 0 || !hands.isEmpty()) await hands.allDone()
    },
    wake: () => endNap(),
    async stop() {
      stopping = true
      endNap()
      await running
      await hands.allDone()
    },
  }
}
