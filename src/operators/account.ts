import { lineOfText } from '../plumbing/files/readable-text.ts'
import { writeAudit } from './audit/write.ts'
import { checkCode, checkOwnPassword } from './codes.ts'
import { Declined } from './rights/declined.ts'
import { forgetDevices } from './devices.ts'
import { requireFreshCode } from './rights/guard.ts'
import type { Parts } from './rights/parts.ts'
import { hashPassword } from './password-hash.ts'
import { checkPassword } from './password-rules.ts'
import { doerOf, type Person } from './rights/person.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { endSession, endSessions, renewToken, type Session } from './sessions.ts'

const nameAtMost = 60

/** A code of the authenticator again, before what needs a fresh one. Returns the session's new token. Throws `Declined`. */
export async function confirmCode(parts: Parts, session: Session, code: string): Promise<string> {
  await checkCode(parts, session, { code })
  return renewToken(parts.db, session.id, { code_at: parts.clock.now() })
}

/**
 * Sets another password. All other sessions of the person end, and browsers other than this one are strangers again.
 * Returns the session's new token. Throws `Declined`.
 */
export async function changePassword(
  parts: Parts,
  session: Session,
  person: Person,
  { current, password, device }: { current: string; password: string; device: string | undefined },
): Promise<string> {
  const { db, clock } = parts
  const { operatorId, email } = person
  checkPassword(password, email)
  await checkOwnPassword(parts, session, current)
  const passwordHash = await hashPassword(parts, password)
  return db.transaction().execute(async (trx) => {
    await trx.updateTable('operators').set({ password_hash: passwordHash }).where('id', '=', operatorId).execute()
    await endSessions(trx, operatorId, session.id)
    await forgetDevices(trx, operatorId, device)
    const token = await renewToken(trx, session.id, {})
    await writeAudit(trx, { at: clock.now(), by: doerOf(person), act: 'password_changed', subject: email })
    return token
  })
}

/** Throws `Declined` when the name is empty or too long. */
export async function changeName({ db, clock }: Parts, person: Person, given: string): Promise<void> {
  const name = lineOfText.safeParse(given).data ?? ''
  if (name === '' || Array.from(name).length > nameAtMost) throw new Declined('name_wrong')
  const deed = { by: doerOf(person), act: 'name_changed', subject: person.email } as const
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('operators').set({ name }).where('id', '=', person.operatorId).execute()
    await writeAudit(trx, { ...deed, at: clock.now(), before: { name: person.name }, after: { name } })
  })
}

/** A new sheet of recovery codes; the older one is void. Needs a fresh code. Throws `Declined`. */
export async function renewRecoveryCodes({ db, clock }: Parts, person: Person): Promise<string[]> {
  requireFreshCode(person, clock)
  return db.transaction().execute(async (trx) => {
    const codes = await newRecoveryCodes(trx, person.operatorId)
    const deed = { by: doerOf(person), act: 'recovery_codes_made', subject: person.email } as const
    await writeAudit(trx, { ...deed, at: clock.now() })
    return codes
  })
}

/** Ends one other session of the person, or all but this one. Throws `Declined` when there is none of that number. */
export async function endOwnSessions(
  { db, clock }: Parts,
  session: Session,
  person: Person,
  which: number | 'others',
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { operatorId, email } = person
    const sessions =
      which === 'others'
        ? await endSessions(trx, operatorId, session.id)
        : Number(await endSession(trx, operatorId, which))
    if (which !== 'others' && sessions === 0) throw new Declined('not_found')
    const deed = { by: doerOf(person), act: 'sessions_ended', subject: email } as const
    await writeAudit(trx, { ...deed, at: clock.now(), after: { sessions } })
  })
}

/** Ends the session itself. */
export async function signOut({ db, clock }: Parts, session: Session): Promise<void> {
  const { id, email } = session.operator
  await db.transaction().execute(async (trx) => {
    await endSession(trx, id, session.id)
    const by = { operatorId: id, email, address: session.address }
    await writeAudit(trx, { at: clock.now(), by, act: 'sign_out', subject: email })
  })
}
