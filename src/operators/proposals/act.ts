import type { Selectable } from 'kysely'
import type { Db } from '../../plumbing/storage/database.ts'
import type { ProposalsTable } from '../../plumbing/storage/schema.ts'
import type { Act } from '../rights/permissions.ts'
import type { Person } from '../rights/person.ts'
import type { Scope } from '../rights/scope.ts'

export type Proposal = Selectable<ProposalsTable>

/** Something that costs money: one person asks for it, another approves, and only then it is done. */
export type ProposedAct<P> = {
  /** Small letters and `_`. */
  name: string
  /** Who may ask, and who may approve. */
  ask: Act
  approve: Act
  /** The revision of what it would change, now: an approval of something else is no approval. */
  revision(db: Db, scope: Scope, payload: P): Promise<string>
  /** Checks again and does it, in the transaction of the approval; what it throws undoes the approval. */
  execute(trx: Db, proposal: { scope: Scope; payload: P; asked: Proposal }, approver: Person): Promise<void>
}
