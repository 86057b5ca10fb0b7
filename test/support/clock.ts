import type { Clock } from '../../src/plumbing/clock.ts'

export type MovableClock = Clock & { advance(milliseconds: number): void }

/** The present, moved on by hand. */
export function movableClock(): MovableClock {
  let ahead = 0
  return { now: () => new Date(Date.now() + ahead), advance: (milliseconds) => void (ahead += milliseconds) }
}
