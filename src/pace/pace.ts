import type { Cluster, Redis } from 'ioredis'
import type { Clock } from '../plumbing/clock.ts'
import { within } from '../plumbing/within.ts'
import { type TurnQueue, openTurnQueue } from './turn-queue.ts'
import { openMemoryTurns } from './memory-turns.ts'
import { openRedisTurns } from './redis-turns.ts'
import type { TurnSource } from './turns.ts'

export type PacedAccount = { mchid: string; sendsPerSecond: number }

/** Keeps each sender account within its own rate, over all processes. Nothing here throws. */
export type Pace = {
  /** Waits for a turn; false when none comes within `patienceMs`. Callers with less patience go first. */
  take(account: PacedAccount, patienceMs: number): Promise<boolean>
  /** Called when WeChat answered 429: lowers the account's rate, which then rises again slowly. */
  slowDown(mchid: string): Promise<void>
  /**
   * After a `take` that returned false: in how many milliseconds to try again, spread according to the account's rate.
   */
  comeAgainMs(account: PacedAccount): number
}

/** Redis answers in well under a millisecond; a member waits meanwhile. */
const redisTimeoutMs = 200
/** After a failure Redis is not asked for this long. */
const redisRestMs = 1_000
/** Without Redis a process does not know how many others send: a quarter of the rate is safe for four of them. */
const shareWithoutRedis = 0.25

/** Opens the pace. If no Redis is configured, there is only one process, and it uses the whole rate. */
export function openPace(redis: Redis | Cluster | undefined, clock: Clock): Pace {
  const source = redis
    ? withFallback(openRedisTurns(redis, clock), openMemoryTurns(clock, shareWithoutRedis))
    : openMemoryTurns(clock, 1)
  const queues = new Map<string, { queue: TurnQueue; account: PacedAccount }>()

  function queueOf(account: PacedAccount): TurnQueue {
    const known = queues.get(account.mchid)
    if (known) {
      // The account's rate may have been changed since.
      known.account = account
      return known.queue
    }
    const queue = openTurnQueue((wanted, horizonMs) =>
      source.reserve(account.mchid, entry.account.sendsPerSecond, wanted, horizonMs),
    )
    const entry = { queue, account }
    queues.set(account.mchid, entry)
    return queue
  }

  return {
    take: (account, patienceMs) => queueOf(account).wait(patienceMs),
    slowDown: (mchid) => source.slowDown(mchid),
    comeAgainMs: (account) => queueOf(account).comeAgainMs(),
  }
}

/** Asks Redis, or memory while Redis does not answer. A lower rate is set in both. */
function withFallback(shared: TurnSource, own: TurnSource): TurnSource {
  let restUntil = 0

  async function tryShared<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < restUntil) return undefined
    try {
      return await within(redisTimeoutMs, ask())
    } catch {
      restUntil = performance.now() + redisRestMs
      return undefined
    }
  }

  return {
    async reserve(...wish) {
      return (await tryShared(() => shared.reserve(...wish))) ?? own.reserve(...wish)
    },
    async slowDown(mchid) {
      await Promise.all([tryShared(() => shared.slowDown(mchid)), own.slowDown(mchid)])
    },
  }
}
