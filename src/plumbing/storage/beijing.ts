import { type RawBuilder, sql } from 'kysely'

/** As SQL, the local time in Beijing at an instant. */
export function inBeijing(time: RawBuilder<unknown>): RawBuilder<Date> {
  return sql<Date>`(${time} at time zone 'Asia/Shanghai')`
}

/** As SQL, the day of a date or of a Beijing local time, as `20261123`. */
export function dayText(day: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`to_char(${day}, 'YYYYMMDD')`
}
