import { type RawBuilder, sql } from 'kysely'

/** As SQL, what clocks in Beijing show at a point in time. */
export function inBeijing(time: RawBuilder<unknown>): RawBuilder<Date> {
  return sql<Date>`(${time} at time zone 'Asia/Shanghai')`
}

/** As SQL, the day of a date or of what Beijing's clocks show, as `20261123`. */
export function dayText(day: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`to_char(${day}, 'YYYYMMDD')`
}
