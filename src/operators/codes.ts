import { timeOfPhones } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import { openSeed, stepOfCode } from './authenticator.ts'
import { writeAudit } from './audit/write.ts'
import { Declined, type DeclinedWord } from './rights/declined.ts'
import type { Parts } from './rights/parts.ts'
import { passwordHolds } from './password-hash.ts'
import { spendRecoveryCode } from './recovery-codes.ts'
import { endSession, type Session } from './sessions.ts'

/** A session that has asked so often is over: whoever guesses begins again with the password and its pauses. */
const triesAtMost = 5

/** A code of the authenticator, or one of the recovery codes. */
export type Proof = { code: string; isRecovery?: boolean }

/** Throws `Declined` unless the code is right; it counts once, whatever becomes of the deed. */
export async function checkCode(parts: Parts, session: Session, { code, isRecovery }: Proof): Promise<void> {
  await asked(parts, session, 'wrong_code', () =>
    isRecovery ? spendRecoveryCode(parts, session, code) : spendCode(parts, session, code),
  )
}

/** Throws `Declined` unless it is the password of the session's person. */
export async function checkOwnPassword(parts: Parts, session: Session, password: string): Promise<void> {
  await asked(parts, session, 'wrong_password', () =>
    passwordHolds(parts, password, session.operator.password_hash, true),
  )
}

async function asked(parts: Parts, session: Session, fault: DeclinedWord, holds: () => Promise<boolean>) {
  const { db, clock } = parts
  // Counted first, so that many tries at once are no way around.
  const { numUpdatedRows } = await db
    .updateTable('operator_sessions')
    .set((is) => ({ tries: is('tries', '+', 1) }))
    .where('id', '=', session.id)
    .where('tries', '<', triesAtMost)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n && (await holds())) return
  await db.transaction().execute(async (trx) => {
    if (numUpdatedRows === 0n) return void (await endSession(trx, session.operator_id, session.id))
    const { id, email } = session.operator
    const by = { operatorId: id, email, address: session.address }
    const act = session.stage === 'full' ? 'code_failed' : 'sign_in_failed'
    await writeAudit(trx, { at: clock.now(), by, act, subject: email, after: { step: '验证码' } })
  })
  throw new Declined(fault)
}

async function spendCode({ db, clock, secrets }: Parts, { operator_id: id }: Session, code: string): Promise<boolean> {
  const { totp_sealed, totp_step } = await db
    .selectFrom('operators')
    .select(['totp_sealed', 'totp_step'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (totp_sealed === null) return false
  const step = stepOfCode(openSeed(secrets, id, totp_sealed), code, timeOfPhones(clock), totp_step)
  return step !== undefined && takeStep(db, id, step)
}

/** Of two that give one code at once, one gets through. */
async function takeStep(db: Db, operatorId: number, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('operators')
    .set({ totp_step: step })
    .where('id', '=', operatorId)
    .where('totp_step', '<', step)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}
