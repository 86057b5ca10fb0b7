import { InvalidArgumentError } from 'commander'
import { calendarDay } from '../plumbing/calendar-day.ts'

/** A day such as `2026-11-01` as the ledger writes it, `20261101`. Throws when it is none of the calendar. */
export function dayOf(text: string): string {
  const day = calendarDay(text)
  if (day !== undefined) return day
  throw new InvalidArgumentError(
    /^\d{4}-\d{2}-\d{2}$/.test(text) ? `There is no day ${text}` : 'It must be a day such as 2026-11-01',
  )
}
