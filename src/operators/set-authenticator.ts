import { timeOfPhones } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { forgetTries } from './attempts.ts'
import { writeAudit } from './audit/write.ts'
import { newSeed, openSeed, sealSeed, stepOfCode } from './authenticator.ts'
import { Declined } from './rights/declined.ts'
import { rememberDevice } from './devices.ts'
import { requireFreshCode } from './rights/guard.ts'
import type { Parts } from './rights/parts.ts'
import type { Person } from './rights/person.ts'
import { newRecoveryCodes } from './recovery-codes.ts'
import { type Client, endSessions, renewToken, type Session } from './sessions.ts'
import type { SignedIn } from './sign-in.ts'

/**
 * The seed that this session is shown until its code is given: the same on every look. Undefined for a session that has
 * an authenticator and has not asked for another one.
 */
export async function seedToShow({ db, secrets }: Parts, session: Session): Promise<string | undefined> {
  const { id, operator_id } = session
  if (session.seed_sealed !== null) return openSeed(secrets, operator_id, session.seed_sealed)
  if (session.stage !== 'setup') return undefined
  const kept = await db
    .updateTable('operator_sessions')
    .set({ seed_sealed: sealSeed(secrets, operator_id, newSeed()) })
    .where('id', '=', id)
    .where('seed_sealed', 'is', null)
    .returning('seed_sealed')
    .executeTakeFirst()
  // Two looks at once: the other one has made it.
  const sealed = kept?.seed_sealed ?? (await sealedOf(db, id))
  return openSeed(secrets, operator_id, sealed!)
}

async function sealedOf(db: Db, sessionId: number): Promise<string | null> {
  const row = await db
    .selectFrom('operator_sessions')
    .select('seed_sealed')
    .where('id', '=', sessionId)
    .executeTakeFirstOrThrow()
  return row.seed_sealed
}

/** Begins to set up another authenticator in place of the one that was just used. Throws `Declined` (code_needed). */
export async function beginNewAuthenticator({ db, clock, secrets }: Parts, session: Session, person: Person) {
  requireFreshCode(person, clock)
  const set = { seed_sealed: sealSeed(secrets, session.operator_id, newSeed()) }
  await db.updateTable('operator_sessions').set(set).where('id', '=', session.id).execute()
}

/**
 * The code of the shown seed proves that the authenticator has it: from now on it is the person's, with a new sheet of
 * recovery codes. The session is a full one under a new token, and all others of the person end. Throws `Declined`.
 */
export async function setAuthenticator(
  parts: Parts,
  session: Session,
  code: string,
  client: Client,
): Promise<SignedIn & { recoveryCodes: string[] }> {
  const { db, clock, secrets } = parts
  const now = clock.now()
  const { id, operator_id, seed_sealed, operator } = session
  const seed = seed_sealed === null ? undefined : openSeed(secrets, operator_id, seed_sealed)
  const step = seed === undefined ? undefined : stepOfCode(seed, code, timeOfPhones(clock), 0)
  if (step === undefined) throw new Declined('wrong_code')
  return db.transaction().execute(async (trx) => {
    const set = { totp_sealed: seed_sealed, totp_step: step }
    await trx.updateTable('operators').set(set).where('id', '=', operator_id).execute()
    const recoveryCodes = await newRecoveryCodes(trx, operator_id)
    await endSessions(trx, operator_id, id)
    await forgetTries(trx, operator_id, { hash: undefined, known: false })
    const device = await rememberDevice(trx, operator_id, client.device, now)
    const token = await renewToken(trx, id, fullFrom(now))
    const by = { operatorId: operator_id, email: operator.email, address: client.address }
    await writeAudit(trx, { at: now, by, act: 'authenticator_set', subject: operator.email })
    return { token, device, recoveryCodes }
  })
}

const fullMs = 12 * 3_600_000

function fullFrom(now: Date) {
  return {
    stage: 'full',
    code_at: now,
    seen_at: now,
    ends_at: new Date(now.getTime() + fullMs),
    seed_sealed: null,
  } as const
}
