import { shownDay } from './calendar-day.ts'
import { beijingOffset, dayMs } from './clock.ts'

/** A Beijing day with its first instant and that of the next day. */
export type WholeDay = { day: string; start: Date; end: Date }

/** The instants of the Beijing day `20261101`. */
export function wholeDay(day: string): WholeDay {
  const start = new Date(`${shownDay(day)}T00:00:00${beijingOffset}`)
  return { day, start, end: new Date(start.getTime() + dayMs) }
}
