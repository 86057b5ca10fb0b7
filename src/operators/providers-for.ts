import type { Db } from '../plumbing/storage/database.ts'
import { merchantsFor, type Person } from './rights/person.ts'

/** More provider numbers than a house works with. */
const providersAtMost = 100

/** The providers' numbers whose merchants the person looks after: their own, or for whoever looks after all every one. */
export async function providersFor(db: Db, person: Pick<Person, 'memberships'>): Promise<string[]> {
  if (merchantsFor(person, 'look_at_steps') !== 'all') {
    return person.memberships.flatMap(({ provider_mchid }) => provider_mchid ?? [])
  }
  const rows = await db
    .selectFrom('accounts')
    .select('mchid')
    .distinct()
    .where('role', '=', 'provider')
    .orderBy('mchid')
    .limit(providersAtMost)
    .execute()
  return rows.map(({ mchid }) => mchid)
}
