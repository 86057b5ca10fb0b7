import { type Turns, turnValidMs } from './turns.ts'

/** The line of those who wait for a turn of one account, in this process. */
export type TurnQueue = {
  /** Resolves true at a turn, false when none can come within `patienceMs`. */
  wait(patienceMs: number): Promise<boolean>
  /** Milliseconds after which to come again, a different moment for everybody who asks. */
  comeAgainMs(): number
}

type Waiter = { deadline: number; resolve: (turn: boolean) => void }

/** Turns are reserved at most this far ahead, so that what a process leaves unused is lost for no longer. */
const aheadMs = 50
/** A timer cannot be set finer; a turn may be used this much early. */
const earlyMs = 1
const comeAgainLimitsMs = { least: 500, most: 60_000 }

/** `reserve` must not reject. Time here is monotonic: a pace is about intervals, not about the time of day. */
export function openTurnQueue(reserve: (wanted: number, horizonMs: number) => Promise<Turns>): TurnQueue {
  // Whoever can wait least is first: a person who claims goes before the worker.
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
    // An answer that took long must not push its turns onto those of the next, quicker one.
    const first = Math.max(performance.now() + got.firstInMs, lastTurn + gapMs)
    for (let index = 0; index < got.count; index += 1) turns.push(first + index * gapMs)
    lastTurn = turns.at(-1) ?? lastTurn
    // Not even the most patient could have one: whoever is left over need not wait for that.
    if (got.count === 0) for (const waiter of waiters.splice(turns.length)) waiter.resolve(false)
    pump()
  }

  return {
    wait: (patienceMs) =>
      new Promise((resolve) => {
        const deadline = performance.now() + patienceMs
        const place = waiters.findLastIndex((waiter) => waiter.deadline <= deadline) + 1
        waiters.splice(place, 0, { deadline, resolve })
        // A microtask later, so that waiters of the same tick share a reservation.
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
