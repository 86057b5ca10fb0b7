import type { Db } from '../../plumbing/storage/database.ts'
import { Declined } from '../rights/declined.ts'
import { may, merchantsFor, type Person } from '../rights/person.ts'
import { stateOf } from './list.ts'

/** The proposal with this number, with its state now. Throws `Declined` (not_found) where the person may not look. */
export async function findProposal(db: Db, person: Person, id: number, now: Date) {
  const row = await db
    .selectFrom('proposals as p')
    .innerJoin('operators as o', 'o.id', 'p.asked_by')
    .leftJoin('operators as d', 'd.id', 'p.decided_by')
    .selectAll('p')
    .select(['o.name as asked_by_name', 'd.name as decided_by_name'])
    .where('p.id', '=', id)
    .executeTakeFirst()
  if (!row || !may(person, 'look', row)) throw new Declined('not_found')
  return { ...row, state: stateOf(row, now) }
}

/** More than anybody wants to read on a badge. */
const openAtMost = 99

/** How many proposals wait in the places where the person may ask or approve. */
export async function openProposals(db: Db, person: Pick<Person, 'memberships'>, now: Date): Promise<number> {
  const merchants = merchantsFor(person, 'ask_for_money')
  if (merchants !== 'all' && merchants.length === 0) return 0
  const rows = await db
    .selectFrom('proposals')
    .select('id')
    .where('state', '=', 'asked')
    .where('ends_at', '>', now)
    .$if(merchants !== 'all', (query) => query.where('merchant_id', 'in', merchants === 'all' ? [] : merchants))
    .limit(openAtMost)
    .execute()
  return rows.length
}
