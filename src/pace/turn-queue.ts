import { type Turns, turnValidMs } from './turns.ts'

/** The queue of callers in this process that wait for a turn of one account. */
export type TurnQueue = {
  /** Resolves true when the turn has come, false when none can come within `patienceMs`. */
  wait(patienceMs: number): Promise<boolean>
  /** In how many milliseconds to try again; different for every caller. */
  comeAgainMs(): number
}

type Waiter = { deadline: number; resolve: (turn: boolean) => void }

/** Turns are reserved at most this far ahead, so that unused turns of a process waste no more time than this. */
const aheadMs = 50
/** The resolution of a timer; a turn may be used this much early. */
const earlyMs = 1
const comeAgainLimitsMs = { least: 500, most: 60_000 }

/**
 * Opens a queue. `reserve` must not reject. Times are monotonic: a pace is about intervals, not about the time of day.
 */
export function openTurnQueue(reserve: (wanted: number, horizonMs: number) => Promise<Turns>): TurnQueue {
  // The caller that can wait least comes first: a claiming member goes before the worker.
  const waiters: Waiter[] = []
  const turns: number[] = []
  let gapMs = 1
  let lastTurn = -Infinity
  let bookedUntil = 0
  let asking = false
  let timer: NodeJS.Timeout | undefined

  function pump(): void {
    clearTimeout(timer)
    timer = undefined
    const now = performance.now()
    while (waiters.length > 0 && waiters[0]!.deadline <= now) waiters.shift()!.resolve(false)
    while (turns.length > 0 && turns[0]! < now + earlyMs - Math.max(turnValidMs, gapMs)) turns.shift()
    while (waiters.length > 0 && turns.length > 0 && turns[0]! <= now + earlyMs) {
      turns.shift()
      waiters.shift()!.resolve(true)
    }
    if (waiters.length === 0) return
    if (!asking && waiters.length > turns.length && (turns.at(-1) ?? now) - now < aheadMs / 2) void ask()
    timer = setTimeout(pump, Math.max(1, Math.min(waiters[0]!.deadline, turns[0] ?? Infinity) - now))
  }

  async function ask(): Promise<void> {
    asking = true
    const missing = waiters.length - turns.length
    const wanted = Math.min(missing, Math.max(1, Math.ceil(aheadMs / gapMs)))
    const horizonMs = waiters.at(-1)!.deadline - performance.now()
    const got = await reserve(wanted, horizonMs)
    asking = false
    gapMs = got.gapMs
    // A slow answer must not give turns that overlap with those of the next, quicker answer.
    const first = Math.max(performance.now() + got.firstInMs, lastTurn + gapMs)
    for (let index = 0; index < got.count; index += 1) turns.push(first + index * gapMs)
    lastTurn = turns.at(-1) ?? lastTurn
    // Even the most patient caller cannot get a turn in time, so callers without one need not wait longer.
    if (got.count === 0) for (const waiter of waiters.splice(turns.length)) waiter.resolve(false)
    pump()
  }

  return {
    wait: (patienceMs) =>
      new Promise((resolve) => {
        const deadline = performance.now() + patienceMs
        const place = waiters.findLastIndex((waiter) => waiter.deadline <= deadline) + 1
        waiters.splice(place, 0, { deadline, resolve })
        // Delayed by a microtask, so that callers of the same tick share a reservation.
        if (timer === undefined && !asking) queueMicrotask(pump)
        else if (place === 0) pump()
      }),

    comeAgainMs() {
      const now = performance.now()
      bookedUntil = Math.min(Math.max(bookedUntil, now + comeAgainLimitsMs.least) + gapMs, now + comeAgainLimitsMs.most)
      return bookedUntil - now
    },
  }
}
