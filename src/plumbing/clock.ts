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

export const dayMs = 86_400_000

/** Beijing's clocks are so far ahead of UTC all year: China has had no summer time since 1991. */
const beijingOffsetMs = 8 * 3_600_000

/** The same, as it stands behind a Beijing time of day in RFC 3339. */
export const beijingOffset = '+08:00'

/** A date whose UTC fields show what Beijing's clocks show at `at`. */
function atBeijing(at: Date): Date {
  return new Date(at.getTime() + beijingOffsetMs)
}

/** The Beijing day of an instant as `20261123`. Every claim asks, so it is put together from numbers. */
export function beijingDay(at: Date): string {
  const local = atBeijing(at)
  return String(local.getUTCFullYear() * 10_000 + (local.getUTCMonth() + 1) * 100 + local.getUTCDate())
}

/** The Beijing time of an instant as `2026-11-24 22:05:03`, whatever the machine's own zone. */
export function beijingTime(at: Date): string {
  return atBeijing(at).toISOString().slice(0, 19).replace('T', ' ')
}

/** Days counted from one in the past, so that two of them can be subtracted. */
export function beijingDayNumber(at: Date): number {
  return Math.floor(atBeijing(at).getTime() / dayMs)
}

/** The first instant of a day that `beijingDayNumber` counted. */
export function startOfBeijingDay(dayNumber: number): Date {
  return new Date(dayNumber * dayMs - beijingOffsetMs)
}

/** The instant so many times 24 hours before `at`. */
export function daysBefore(at: Date, days: number): Date {
  return new Date(at.getTime() - days * dayMs)
}

/** The next midnight in Beijing after `at`. */
export function nextBeijingMidnight(at: Date): Date {
  return startOfBeijingDay(beijingDayNumber(at) + 1)
}

/** The first instant of the next month in Beijing after `at`. */
export function nextBeijingMonth(at: Date): Date {
  const local = atBeijing(at)
  return new Date(Date.UTC(local.getUTCFullYear(), local.getUTCMonth() + 1) - beijingOffsetMs)
}
