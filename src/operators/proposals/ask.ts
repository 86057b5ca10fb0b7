import { writeAudit } from '../audit/write.ts'
import { requireMay } from '../rights/guard.ts'
import type { Parts } from '../rights/parts.ts'
import { doerOf, type Person } from '../rights/person.ts'
import type { Scope } from '../rights/scope.ts'
import { hashOf } from '../tokens.ts'
import type { ProposedAct } from './act.ts'

/** After this time nobody remembers what was meant. */
const proposalMs = 24 * 3_600_000

/**
 * Asks for an act: its payload is frozen under a hash, with the revision of what it would change. `subject` names it to
 * whoever approves. Returns the proposal's number. Throws `Declined`.
 */
export async function propose<P>(
  { db, clock }: Parts,
  person: Person,
  act: ProposedAct<P>,
  { scope, subject, payload }: { scope: Scope; subject: string; payload: P },
): Promise<number> {
  requireMay(person, act.ask, scope)
  const { merchant_id, provider_mchid } = scope
  const text = JSON.stringify(payload)
  const hash = hashOf(text)
  return db.transaction().execute(async (trx) => {
    const now = clock.now()
    const { id } = await trx
      .insertInto('proposals')
      .values({
        act: act.name,
        merchant_id,
        provider_mchid,
        subject,
        payload: text,
        payload_hash: hash,
        revision: await act.revision(trx, scope, payload),
        state: 'asked',
        asked_by: person.operatorId,
        asked_at: now,
        ends_at: new Date(now.getTime() + proposalMs),
        decided_by: null,
        decided_at: null,
        reason: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const after = { act: act.name, subject, hash }
    await writeAudit(trx, { at: now, by: doerOf(person), act: 'proposed', scope, subject: `申请 ${id}`, after })
    return id
  })
}
