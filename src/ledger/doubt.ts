import { type RawBuilder, sql } from 'kysely'

/**
 * A coupon counts for its grant and its limits while it is owed, sent, or may have been sent. (Refused and in doubt at
 * once are only rows of release 0.1: doubt keeps a coupon owed.)
 */
export function counts(coupon: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${coupon}.${name}`)
  return sql<boolean>`(${column('state')} <> 'refused' or ${column('doubt_since')} is not null)`
}

/** Surely not sent, so it may be cancelled, given up or moved: nobody holds it, and no try or lease went unanswered. */
export function surelyNotSent(coupon: string): RawBuilder<boolean> {
  const column = (name: string) => sql.ref(`${coupon}.${name}`)
  return sql<boolean>`(${column('state')} = 'reserved' and ${column('doubt_since')} is null and ${column('lease_token')} is null)`
}
