import type { Clock } from '../../src/plumbing/clock.ts'

export type MovableClock = Clock & { advance(milliseconds: number): void }

/** The present, moved on by hand. */
export function movableClock(): MovableClock {
  let ahead = 0
  return { now: () => new Date(Date.now() + ahead), advance: (milliseconds) => void (ahead += milliseconds) }
}

/** A clock that stands still until it is moved on by hand: how long the machine takes does not count. */
export function stillClock(at = new Date()): MovableClock {
  let now = at.getTime()
  return { now: () => new Date(now), advance: (milliseconds) => void (now += milliseconds) }
}
