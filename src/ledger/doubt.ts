import { type RawBuilder, sql } from 'kysely'

/**
 * SQL condition: the coupon counts for its grant and its limits, because it is owed, sent, or may have been sent. (Only
 * rows of release 0.1 can be refused and in doubt at the same time: today a coupon in doubt stays owed.)
 */
export function counts(coupon: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${coupon}.${name}`)
  return sql<boolean>`(${column('state')} <> 'refused' or ${column('doubt_since')} is not null)`
}

/**
 * SQL condition: the coupon was surely not sent, so it may be cancelled, given up or moved. It is owed, it has no
 * lease, and no try or lease of it ended without an answer.
 */
export function surelyNotSent(coupon: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${coupon}.${name}`)
  return sql<boolean>`(${column('state')} = 'reserved' and ${column('doubt_since')} is null and ${column('lease_token')} is null)`
}
