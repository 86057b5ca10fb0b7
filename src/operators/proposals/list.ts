import type { Db } from '../../plumbing/storage/database.ts'
import { merchantsFor, type Person } from '../rights/person.ts'

/** `over`: nobody decided within the day. */
export type ProposalState = 'asked' | 'approved' | 'rejected' | 'over'

const proposalsAtMost = 200

/** The proposals in the places that the person may look at, newest first, each with its state now. */
export async function listProposals(db: Db, person: Person, now: Date) {
  const merchants = merchantsFor(person, 'look')
  const rows = await db
    .selectFrom('proposals as p')
    .innerJoin('operators as o', 'o.id', 'p.asked_by')
    .leftJoin('operators as d', 'd.id', 'p.decided_by')
    .selectAll('p')
    .select(['o.name as asked_by_name', 'd.name as decided_by_name'])
    .$if(merchants !== 'all', (query) =>
      query.where('p.merchant_id', 'in', merchants === 'all' ? [] : [0, ...merchants]),
    )
    .orderBy('p.id', 'desc')
    .limit(proposalsAtMost)
    .execute()
  return rows.map((row) => ({ ...row, state: stateOf(row, now) }))
}

export function stateOf(
  { state, ends_at }: { state: 'asked' | 'approved' | 'rejected'; ends_at: Date },
  now: Date,
): ProposalState {
  return state === 'asked' && ends_at <= now ? 'over' : state
}
