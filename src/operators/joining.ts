import type { Db } from '../plumbing/storage/database.ts'
import { addOperator } from './add-operator.ts'
import { deviceOf, takeTry } from './attempts.ts'
import { writeAudit } from './audit/write.ts'
import { Declined } from './rights/declined.ts'
import { forgetDevices } from './devices.ts'
import { emailOf } from './email.ts'
import { nobodyIsThere } from './first-owner.ts'
import { type Link, readLink, useLink } from './links.ts'
import { giveMembership } from './memberships.ts'
import type { Doer, Parts } from './rights/parts.ts'
import { hashPassword, passwordHolds } from './password-hash.ts'
import { checkPassword } from './password-rules.ts'
import { beginSession, type Client, endSessions } from './sessions.ts'

/** What the form at the link has; `email` only where the link names nobody. */
type Given = { email: string; password: string }

/**
 * Uses up a link: makes the invited person, or lets one that is there begin again. Returns the token of a session that
 * may only set up an authenticator. Throws `Declined`; then the link still works.
 */
export async function acceptLink(parts: Parts, token: string, given: Given, client: Client): Promise<string> {
  const { db, clock } = parts
  const link = await readLink(db, token, clock.now())
  if (link.purpose === 'invite') return join(parts, link, given, client)
  const { id, email, password_hash } = await operatorOf(db, link)
  if (link.purpose === 'authenticator') {
    const mayTry = await takeTry(db, id, await deviceOf(db, id, client.device), clock.now())
    const holds = await passwordHolds(parts, given.password, mayTry ? password_hash : undefined, false)
    if (!holds) throw new Declined('wrong_password')
    return begin(parts, link, client, async () => id)
  }
  checkPassword(given.password, email)
  const passwordHash = await hashPassword(parts, given.password, false)
  return begin(parts, link, client, async (trx, now) => {
    await trx.updateTable('operators').set({ password_hash: passwordHash }).where('id', '=', id).execute()
    await endSessions(trx, id)
    await forgetDevices(trx, id)
    const by = { operatorId: id, email, address: client.address }
    await writeAudit(trx, { at: now, by, act: 'password_changed', subject: email })
    return id
  })
}

async function join(parts: Parts, link: Link, given: Given, client: Client): Promise<string> {
  const { db } = parts
  if (link.email === null && !(await nobodyIsThere(db))) throw new Declined('link_over')
  const email = link.email ?? emailOf(given.email)
  checkPassword(given.password, email)
  const passwordHash = await hashPassword(parts, given.password, false)
  return begin(parts, link, client, async (trx, now) => {
    const { merchant_id, provider_mchid } = link
    const scope = { merchant_id, provider_mchid }
    const offer = { ...scope, role: link.role! }
    const operatorId = await addOperator(trx, { email, passwordHash, now })
    await giveMembership(trx, operatorId, offer, { by: link.made_by, now })
    const by: Doer = { operatorId, email, address: client.address }
    const act = link.email === null ? 'first_owner' : 'joined'
    await writeAudit(trx, { at: now, by, act, scope, subject: email, after: offer && { email, role: offer.role } })
    return operatorId
  })
}

function begin(
  { db, clock }: Parts,
  link: Link,
  client: Client,
  deed: (trx: Db, now: Date) => Promise<number>,
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    const now = clock.now()
    await useLink(trx, link, now)
    const operatorId = await deed(trx, now)
    return beginSession(trx, { operatorId, stage: 'setup', now, client })
  })
}

/** The person of a link that names one. */
export function operatorOf(db: Db, link: Link) {
  return db.selectFrom('operators').selectAll().where('id', '=', link.operator_id).executeTakeFirstOrThrow()
}
