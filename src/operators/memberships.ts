import type { Db } from '../plumbing/storage/database.ts'
import { sqlStateOf, uniqueViolation } from '../plumbing/storage/sqlstates.ts'
import type { Role } from '../plumbing/storage/schema.ts'
import { Declined } from './rights/declined.ts'
import type { Scope } from './rights/scope.ts'

/** A role in a place, to be given. */
export type Offer = Scope & { role: Role }

/** Throws `Declined` where role and place do not go together: a provider's staff, and nobody else, has its number. */
export function checkOffer({ role, merchant_id, provider_mchid }: Offer): void {
  const isOdd = role === 'provider' ? merchant_id !== null : provider_mchid !== null
  if (isOdd) throw new Declined('role_needs_provider')
}

/** Gives the person the role. Throws `Declined` (already_member) when they have one in that place. */
export async function giveMembership(
  trx: Db,
  operatorId: number,
  { role, merchant_id, provider_mchid }: Offer,
  { by, now }: { by: string; now: Date },
): Promise<void> {
  try {
    await trx
      .insertInto('memberships')
      .values({
        operator_id: operatorId,
        role,
        merchant_id,
        provider_mchid,
        given_by: by,
        since: now,
        ended_by: null,
        ended_at: null,
      })
      .execute()
  } catch (error) {
    throw sqlStateOf(error) === uniqueViolation ? new Declined('already_member') : error
  }
}
