/** The only source of the time, so that a test can be at midnight in Beijing. */
export type Clock = {
  now(): Date
  /**
   * Monotonic milliseconds, to measure how long something took; only a clock that is not this machine's has its own.
   */
  elapsedMs?(): number
  /** The time of the phones that people hold; only a clock that was moved has another than its own. */
  ofPhones?(): Date
}

/** The time of people's own phones, by which their authenticators show codes. */
export function timeOfPhones(clock: Clock): Date {
  return clock.ofPhones?.() ?? clock.now()
}

/** Milliseconds that never go back, to measure how long something took. */
export function elapsedMs(clock: Clock): number {
  return clock.elapsedMs?.() ?? performance.now()
}

export const systemClock: Clock = { now: () => new Date() }

export const dayMs = 86_400_000

/** Beijing is this far ahead of UTC all year: China has had no summer time since 1991. */
const beijingOffsetMs = 8 * 3_600_000

/** The same offset as RFC 3339 writes it after a time of day. */
export const beijingOffset = '+08:00'

/** A date whose UTC fields are the Beijing time of `at`. */
function atBeijing(at: Date): Date {
  return new Date(at.getTime() + beijingOffsetMs)
}

/** The Beijing day of an instant as `20261123`. Every claim needs it, so it is computed from numbers, which is fast. */
export function beijingDay(at: Date): string {
  const local = atBeijing(at)
  return String(local.getUTCFullYear() * 10_000 + (local.getUTCMonth() + 1) * 100 + local.getUTCDate())
}

/** The Beijing time of an instant as `2026-11-24 22:05:03`, whatever the machine's own zone. */
export function beijingTime(at: Date): string {
  return atBeijing(at).toISOString().slice(0, 19).replace('T', ' ')
}

/** The number of a Beijing day, so that two days can be subtracted. */
export function beijingDayNumber(at: Date): number {
  return Math.floor(atBeijing(at).getTime() / dayMs)
}

/** The first instant of the day that has this `beijingDayNumber`. */
export function startOfBeijingDay(dayNumber: number): Date {
  return new Date(dayNumber * dayMs - beijingOffsetMs)
}

/** The instant `days` times 24 hours before `at`. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * dayMs)
}

/** The next midnight in Beijing after `at`. */
export function nextBeijingMidnight(at: Date): Date {
  return startOfBeijingDay(beijingDayNumber(at) + 1)
}

/** The first instant of the month in Beijing in which `at` is. */
export function startOfBeijingMonth(at: Date): Date {
  const local = atBeijing(at)
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth()) - beijingOffsetMs)
}

/** The first instant of the next month in Beijing after `at`. */
export function nextBeijingMonth(at: Date): Date {
  const local = atBeijing(at)
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1) - beijingOffsetMs)
}
