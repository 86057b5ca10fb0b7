import type { Db } from '../plumbing/storage/database.ts'
import { type Device, deviceOf, forgetTries, takeTry } from './attempts.ts'
import { writeAudit } from './audit/write.ts'
import { checkCode, type Proof } from './codes.ts'
import { Declined } from './rights/declined.ts'
import { rememberDevice } from './devices.ts'
import { asEmail } from './email.ts'
import type { Parts } from './rights/parts.ts'
import { passwordHolds } from './password-hash.ts'
import { membershipsOf } from './rights/person.ts'
import { beginSession, type Client, endSession, type Session } from './sessions.ts'

/**
 * The first step of a sign-in. Returns the token of a session that may only give a code. For an unknown e-mail, a wrong
 * password and a pause the answer and the work are the same. Throws `Declined`.
 */
export async function signIn(
  parts: Parts,
  { email, password }: { email: string; password: string },
  client: Client,
): Promise<string> {
  const { db, clock } = parts
  const operator = await operatorOf(db, email)
  const device = await deviceOf(db, operator?.id, client.device)
  const mayTry = operator !== undefined && (await takeTry(db, operator.id, device, clock.now()))
  const holds = await passwordHolds(parts, password, mayTry ? operator.password_hash : undefined, device.known)
  if (!operator || !mayTry) throw new Declined('wrong_sign_in')
  if (!holds) return refuse(parts, operator, client)
  if (operator.totp_sealed === null) throw new Declined('no_authenticator')
  if ((await membershipsOf(db, operator.id)).length === 0) throw new Declined('no_membership')
  return beginSession(db, { operatorId: operator.id, stage: 'password', now: clock.now(), client })
}

/** Only tries that count have a row: during a pause nobody can fill the audit. */
async function refuse({ db, clock }: Parts, operator: { id: number; email: string }, client: Client): Promise<never> {
  const by = { operatorId: null, email: '未登录', address: client.address }
  const deed = { at: clock.now(), by, act: 'sign_in_failed', subject: operator.email, after: { step: '密码' } } as const
  await db.transaction().execute((trx) => writeAudit(trx, deed))
  throw new Declined('wrong_sign_in')
}

/** What a browser gets when its person is in: the tokens of its session and of the browser itself. */
export type SignedIn = { token: string; device: string }

/** The second step, with a code of the authenticator or a recovery code. Throws `Declined`. */
export async function finishSignIn(parts: Parts, session: Session, proof: Proof, client: Client): Promise<SignedIn> {
  const { db, clock } = parts
  await checkCode(parts, session, proof)
  return db.transaction().execute(async (trx) => {
    const now = clock.now()
    // Of two answers to one question only one makes a session.
    if (!(await endSession(trx, session.operator_id, session.id))) throw new Declined('wrong_code')
    const signedIn = await enter(trx, session.operator_id, client, now)
    const { id, email } = session.operator
    const by = { operatorId: id, email, address: client.address }
    await writeAudit(trx, { at: now, by, act: 'sign_in', subject: email })
    return signedIn
  })
}

async function enter(trx: Db, operatorId: number, client: Client, now: Date): Promise<SignedIn> {
  const before: Device = await deviceOf(trx, operatorId, client.device)
  await forgetTries(trx, operatorId, before)
  const device = await rememberDevice(trx, operatorId, client.device, now)
  return { token: await beginSession(trx, { operatorId, stage: 'full', now, client }), device }
}

async function operatorOf(db: Db, text: string) {
  const email = asEmail(text)
  if (email === undefined) return undefined
  return db.selectFrom('operators').selectAll().where('email', '=', email).executeTakeFirst()
}
