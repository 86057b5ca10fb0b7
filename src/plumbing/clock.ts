/** The only source of the time, so that a test can be at midnight in Beijing. */
export type Clock = {
  now(): Date
  /** Where the clock is not this machine's: its monotonic milliseconds, for how long something has taken. */
  elapsedMs?(): number
}

/** Milliseconds that only ever rise, for measuring how long something has taken. */
export function elapsedMs(clock: Clock): number {
  return clock.elapsedMs?.() ?? performance.now()
}

export const systemClock: Clock = { now: () => new Date() }

const beijingOffsetMs = 8 * 3_600_000
const dayMs = 86_400_000

/** The Beijing day of an instant as `20261123`. China has had no summer time since 1991, so the offset is fixed. */
export function beijingDay(at: Date): string {
  const number = Math.floor((at.getTime() + beijingOffsetMs) / dayMs)
  if (number !== lastDay.number) {
    lastDay = { number, text: new Date(number * dayMs).toISOString().slice(0, 10).replaceAll('-', '') }
  }
  return lastDay.text
}

/** Every claim asks, nearly always for today. */
let lastDay = { number: NaN, text: '' }

/** The instant so many times 24 hours before `at`. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * dayMs)
}

/** The next midnight in Beijing after `at`. */
export function nextBeijingMidnight(at: Date): Date {
  const local = at.getTime() + beijingOffsetMs
  return new Date(Math.floor(local / dayMs) * dayMs + dayMs - beijingOffsetMs)
}

/** The first instant of the next month in Beijing after `at`. */
export function nextBeijingMonth(at: Date): Date {
  const local = new Date(at.getTime() + beijingOffsetMs)
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1) - beijingOffsetMs)
}
