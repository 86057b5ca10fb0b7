import type { Services } from '../services.ts'

export type DeliveryLoop = {
  start(): void
  /** Sends everything that is due now and returns when it is settled or due later. */
  drain(): Promise<void>
  /** Something new is due: look now. */
  wake(): void
  /** Takes nothing more and waits for what is in hand. */
  stop(): Promise<void>
}

export function openDeliveryLoop(services: Services): DeliveryLoop {
  throw new Error(services.processName)
}
