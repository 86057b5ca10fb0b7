import { InvalidArgumentError } from 'commander'

/** A day such as `2026-11-01` as the ledger writes it, `20261101`. Throws when it is none of the calendar. */
export function dayOf(text: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (day === undefined) throw new InvalidArgumentError('It must be a day such as 2026-11-01')
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  if (at.toISOString().slice(0, 10) !== text) throw new InvalidArgumentError(`There is no day ${text}`)
  return `${year}${month}${day}`
}

/** The ledger's `20261101` as people write it. */
export function shownDay(day: string): string {
  return day.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
}
