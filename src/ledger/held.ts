import { type RawBuilder, sql } from 'kysely'

/**
 * SQL condition: the campaign holds the coupon back (`hold_minutes`). Such a coupon was never tried and is not due;
 * nothing else delays a coupon before its first try.
 */
export function isHeld(at: Date): RawBuilder<boolean> {
  return sql<boolean>`(due_at > ${at} and attempts = 0 and reason is null)`
}
