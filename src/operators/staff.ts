import type { Db } from '../plumbing/storage/database.ts'
import type { Role } from '../plumbing/storage/schema.ts'
import { writeAudit } from './audit/write.ts'
import { Declined } from './rights/declined.ts'
import { requireFreshCode, requireMay } from './rights/guard.ts'
import { type Invited, inviteOperator } from './invite.ts'
import { linkOfConsoleMs } from './links.ts'
import { checkOffer, type Offer } from './memberships.ts'
import type { Parts } from './rights/parts.ts'
import { doerOf, may, membershipsOf, type Person } from './rights/person.ts'
import { resetLink } from './reset.ts'
import { endSessions } from './sessions.ts'

/** Invites somebody by a link that works for three days. Needs a fresh code. Throws `Declined`. */
export async function inviteStaff(
  parts: Parts,
  person: Person,
  { email, offer }: { email: string; offer: Offer },
): Promise<Invited> {
  requireMay(person, 'manage_staff', offer)
  requireFreshCode(person, parts.clock)
  return inviteOperator(parts, { email, offer, by: doerOf(person), lifeMs: linkOfConsoleMs })
}

/** Gives somebody another role in the same place; their sessions end. Needs a fresh code. Throws `Declined`. */
export async function changeRole(parts: Parts, person: Person, id: number, role: Role): Promise<void> {
  await change(parts, person, id, async (trx, membership, now) => {
    checkOffer({ ...membership, role })
    await trx.updateTable('memberships').set({ role }).where('id', '=', id).execute()
    const deed = { at: now, by: doerOf(person), act: 'role_changed', subject: membership.email } as const
    const scope = { merchant_id: membership.merchant_id, provider_mchid: membership.provider_mchid }
    await writeAudit(trx, { ...deed, scope, before: { role: membership.role }, after: { role } })
  })
}

/** Takes a role from somebody; their sessions end. Needs a fresh code. Throws `Declined`. */
export async function endMembership(parts: Parts, person: Person, id: number): Promise<void> {
  await change(parts, person, id, async (trx, membership, now) => {
    const ended = { ended_by: person.email, ended_at: now }
    await trx.updateTable('memberships').set(ended).where('id', '=', id).execute()
    const deed = { at: now, by: doerOf(person), act: 'membership_ended', subject: membership.email } as const
    const scope = { merchant_id: membership.merchant_id, provider_mchid: membership.provider_mchid }
    await writeAudit(trx, { ...deed, scope, before: { role: membership.role } })
  })
}

/**
 * A link at which the person of this membership sets another password and authenticator. Only for whoever manages all
 * that the person may do: otherwise one merchant's owner could become anybody. Throws `Declined`.
 */
export async function resetStaff(parts: Parts, person: Person, id: number): Promise<Invited> {
  requireFreshCode(person, parts.clock)
  return parts.db.transaction().execute(async (trx) => {
    const { operator_id, email } = await managed(trx, person, id)
    const all = await membershipsOf(trx, operator_id)
    if (!all.every((one) => may(person, 'manage_staff', one))) throw new Declined('beyond_your_scope')
    return { email, link: await resetLink(trx, { id: operator_id, email }, doerOf(person), parts.clock.now()) }
  })
}

type Managed = Awaited<ReturnType<typeof managed>>

async function change(
  { db, clock }: Parts,
  person: Person,
  id: number,
  deed: (trx: Db, membership: Managed, now: Date) => Promise<void>,
): Promise<void> {
  requireFreshCode(person, clock)
  await db.transaction().execute(async (trx) => {
    const membership = await managed(trx, person, id)
    await endSessions(trx, membership.operator_id)
    await deed(trx, membership, clock.now())
  })
}

/** Throws `Declined`: not_found also for a membership in a place that the person does not manage. */
async function managed(trx: Db, person: Person, id: number) {
  const membership = await trx
    .selectFrom('memberships as m')
    .innerJoin('operators as o', 'o.id', 'm.operator_id')
    .select(['m.id', 'm.operator_id', 'm.role', 'm.merchant_id', 'm.provider_mchid', 'o.email'])
    .where('m.id', '=', id)
    .where('m.ended_at', 'is', null)
    .forUpdate('m')
    .executeTakeFirst()
  if (!membership || !may(person, 'manage_staff', membership)) throw new Declined('not_found')
  if (membership.operator_id === person.operatorId) throw new Declined('own_membership')
  return membership
}
