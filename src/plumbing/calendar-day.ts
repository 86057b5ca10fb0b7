/** A day such as `2026-11-01` as the ledger writes it, `20261101`; undefined when the calendar has none such. */
export function calendarDay(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []
  if (day === undefined) return undefined
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return at.toISOString().slice(0, 10) === text ? `${year}${month}${day}` : undefined
}

/** The ledger's `20261101` as people write it. */
export function shownDay(day: string): string {
  return day.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
}
