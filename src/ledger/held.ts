import { type RawBuilder, sql } from 'kysely'

/** A coupon that a campaign holds (`hold_minutes`): never tried and not due. Nothing else puts one off before its first try. */
export function isHeld(at: Date): RawBuilder<boolean> {
  return sql<boolean>`(due_at > ${at} and attempts = 0 and reason is null)`
}
