import { sql } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import { type Act, rolesFor } from '../rights/permissions.ts'
import type { Scope } from '../rights/scope.ts'

/**
 * How many people could approve in this place: those with a role for it there or everywhere, and an authenticator. With
 * two, nobody approves their own.
 */
export async function approversIn(db: Db, act: Act, { merchant_id, provider_mchid }: Scope): Promise<number> {
  const { people } = await db
    .selectFrom('memberships as m')
    .innerJoin('operators as o', 'o.id', 'm.operator_id')
    .select((is) => is.fn.count<number>('m.operator_id').distinct().as('people'))
    .where('m.ended_at', 'is', null)
    .where('o.totp_sealed', 'is not', null)
    .where('m.role', 'in', [...rolesFor(act)])
    .where((is) =>
      is.or([
        is.and([is('m.merchant_id', 'is', null), is('m.provider_mchid', 'is', null)]),
        ...(merchant_id === null ? [] : [is('m.merchant_id', '=', merchant_id)]),
        ...(provider_mchid === null ? [] : [is('m.provider_mchid', '=', provider_mchid)]),
        ...(merchant_id === null ? [] : [providersOf(merchant_id)]),
      ]),
    )
    .executeTakeFirstOrThrow()
  return people
}

function providersOf(merchantId: number) {
  return sql<boolean>`m.provider_mchid in (select mchid from provider_links
    where merchant_id = ${merchantId} and ended_at is null)`
}
