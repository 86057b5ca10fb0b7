import type { Db } from '../../plumbing/storage/database.ts'
import { writeAudit } from '../audit/write.ts'
import { Declined } from '../rights/declined.ts'
import { requireFreshCode, requireMay } from '../rights/guard.ts'
import type { Parts } from '../rights/parts.ts'
import { doerOf, may, type Person } from '../rights/person.ts'
import type { Scope } from '../rights/scope.ts'
import { noteAlone } from '../told.ts'
import { hashOf } from '../tokens.ts'
import type { Proposal, ProposedAct } from './act.ts'
import { approversIn } from './approvers.ts'

/**
 * Approves and does it, in one transaction. The approver is another person with a fresh code; where only one person
 * could approve, that one confirms with a fresh code. Throws `Declined`, or what the act throws: then the proposal
 * stands as it was.
 */
export async function approve<P>(parts: Parts, person: Person, act: ProposedAct<P>, id: number): Promise<void> {
  requireFreshCode(person, parts.clock)
  await parts.db.transaction().execute(async (trx) => {
    const now = parts.clock.now()
    const proposal = await openProposal(trx, person, act, id, now)
    const scope = scopeOf(proposal)
    requireMay(person, act.approve, scope)
    const alone = (await approversIn(trx, act.approve, scope)) < 2
    if (proposal.asked_by === person.operatorId && !alone) throw new Declined('own_proposal')
    const payload = frozen<P>(proposal)
    if ((await act.revision(trx, scope, payload)) !== proposal.revision) throw new Declined('proposal_stale')
    await act.execute(trx, { scope, payload, asked: proposal }, person)
    if (alone && scope.merchant_id !== null)
      await noteAlone(trx, {
        merchantId: scope.merchant_id,
        at: now,
        by: person.email,
        words: `一个人批准了“${proposal.subject}”`,
      })
    await decide(trx, id, { state: 'approved', decided_by: person.operatorId, decided_at: now, reason: null })
    const after = { ...told(proposal), alone: alone ? 'true' : null }
    await writeAudit(trx, { at: now, by: doerOf(person), act: 'approved', scope, subject: `申请 ${id}`, after })
  })
}

/** Says no, or takes one's own proposal back. Throws `Declined`. */
export async function reject<P>(
  { db, clock }: Parts,
  person: Person,
  act: ProposedAct<P>,
  { id, reason }: { id: number; reason: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const now = clock.now()
    const proposal = await openProposal(trx, person, act, id, now)
    const scope = scopeOf(proposal)
    if (proposal.asked_by !== person.operatorId) requireMay(person, act.approve, scope)
    await decide(trx, id, { state: 'rejected', decided_by: person.operatorId, decided_at: now, reason })
    const after = { ...told(proposal), reason }
    await writeAudit(trx, { at: now, by: doerOf(person), act: 'rejected', scope, subject: `申请 ${id}`, after })
  })
}

/** Of two who decide at once the second waits here, and finds it decided. */
async function openProposal<P>(trx: Db, person: Person, act: ProposedAct<P>, id: number, now: Date): Promise<Proposal> {
  const proposal = await trx
    .selectFrom('proposals')
    .selectAll()
    .where('id', '=', id)
    .where('act', '=', act.name)
    .forUpdate()
    .executeTakeFirst()
  if (!proposal || !may(person, 'look', scopeOf(proposal))) throw new Declined('not_found')
  if (proposal.state !== 'asked' || proposal.ends_at <= now) throw new Declined('proposal_over')
  return proposal
}

function scopeOf({ merchant_id, provider_mchid }: Proposal): Scope {
  return { merchant_id, provider_mchid }
}

function frozen<P>({ payload, payload_hash, id }: Proposal): P {
  if (hashOf(payload) !== payload_hash) throw new Error(`proposal ${id} is not what was asked`)
  return JSON.parse(payload) as P
}

function told({ act, subject, payload_hash }: Proposal) {
  return { act, subject, hash: payload_hash }
}

async function decide(
  trx: Db,
  id: number,
  set: Pick<Proposal, 'state' | 'decided_by' | 'decided_at' | 'reason'>,
): Promise<void> {
  await trx.updateTable('proposals').set(set).where('id', '=', id).execute()
}
