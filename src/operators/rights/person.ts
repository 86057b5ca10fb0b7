import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { Role } from '../../plumbing/storage/schema.ts'
import type { Doer } from './parts.ts'
import { type Act, rolesFor } from './permissions.ts'
import { covers, type Scope } from './scope.ts'

/** What a person may do in one place. `merchantIds`: of a provider's number, the merchants whose owner let it in. */
export type Membership = Scope & { id: number; role: Role; merchantIds: number[] }

/** Somebody who has signed in, with everything that an act asks about them. */
export type Person = {
  operatorId: number
  email: string
  name: string
  memberships: Membership[]
  /** When a code of their authenticator was last given; undefined before the first. */
  codeAt: Date | undefined
  /** The network address of their browser, for the audit. */
  address: string
  /** How many proposals wait in their places, for the menu. */
  openProposals?: number
}

/** The person as the audit names them. */
export function doerOf({ operatorId, email, address }: Person): Doer {
  return { operatorId, email, address }
}

/** The memberships that a person has now. */
export async function membershipsOf(db: Db, operatorId: number): Promise<Membership[]> {
  return db
    .selectFrom('memberships as m')
    .select(['m.id', 'm.role', 'm.merchant_id', 'm.provider_mchid'])
    .select(
      sql<number[]>`coalesce((select json_agg(a.merchant_id order by a.merchant_id) from accounts a
        join provider_links l on l.merchant_id = a.merchant_id and l.mchid = a.mchid and l.ended_at is null
        where a.mchid = m.provider_mchid and a.role = 'provider'), '[]')`.as('merchantIds'),
    )
    .where('m.operator_id', '=', operatorId)
    .where('m.ended_at', 'is', null)
    .orderBy('m.id')
    .execute()
}

/** True when one of the person's memberships allows `act` in `scope`. */
export function may(person: Pick<Person, 'memberships'>, act: Act, scope: Scope): boolean {
  return person.memberships.some((membership) => rolesFor(act).includes(membership.role) && reaches(membership, scope))
}

/** True when the person may do it in at least one place: what a menu asks. */
export function mayAnywhere(person: Pick<Person, 'memberships'>, act: Act): boolean {
  return person.memberships.some(({ role }) => rolesFor(act).includes(role))
}

/**
 * The merchants in which the person may do `act`; `all` for every one. Queries of lists ask this, so that another
 * merchant's rows are never found.
 */
export function merchantsFor(person: Pick<Person, 'memberships'>, act: Act): 'all' | number[] {
  const allowed = person.memberships.filter(({ role }) => rolesFor(act).includes(role))
  if (allowed.some((one) => one.merchant_id === null && one.provider_mchid === null)) return 'all'
  return [
    ...new Set(allowed.flatMap((one) => (one.merchant_id === null ? one.merchantIds : [one.merchant_id]))),
  ].toSorted((a, b) => a - b)
}

function reaches(membership: Membership, scope: Scope): boolean {
  return covers(membership, scope) || (scope.merchant_id !== null && membership.merchantIds.includes(scope.merchant_id))
}
