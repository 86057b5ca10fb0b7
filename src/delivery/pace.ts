import type { Cluster, Redis } from 'ioredis'
import type { Clock } from '../clock.ts'

/** Keeps each sender account below its own rate, over all processes. */
export type Pace = {
  /** Waits for a turn; false when none comes within `patienceMs`. Never throws. */
  take(account: { mchid: string; sendsPerSecond: number }, patienceMs: number): Promise<boolean>
  /** WeChat answered 429: lowers the account's rate; it rises again slowly by itself. Never throws. */
  slowDown(mchid: string): Promise<void>
  /** Lets everybody who waits go without a turn. */
  close(): void
}

export function openPace(redis: Redis | Cluster | undefined, clock: Clock): Pace {
  throw new Error(`${typeof redis} ${typeof clock}`)
}
