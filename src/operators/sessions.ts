import type { Selectable } from 'kysely'
import type { Clock } from '../plumbing/clock.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { OperatorSessionsTable, OperatorsTable, SessionStage } from '../plumbing/storage/schema.ts'
import { hashOf, hashOfToken, newToken } from './tokens.ts'

const minuteMs = 60_000
/** Whoever does nothing for so long signs in again. */
const idleMs = 60 * minuteMs
/** How long a session lasts, whatever is done in it. */
const lifeMs: Record<SessionStage, number> = { password: 10 * minuteMs, setup: 30 * minuteMs, full: 12 * 60 * minuteMs }
/** A session's last use is written at most so often. */
const touchMs = minuteMs

export type SessionRow = Selectable<OperatorSessionsTable>
/** A session that holds, and whose it is. */
export type Session = SessionRow & { operator: Selectable<OperatorsTable> }

/** A browser as it presents itself. */
export type Client = { address: string; agent: string; device: string | undefined }

/** Begins a session and returns its token, which is stored nowhere. */
export async function beginSession(
  trx: Db,
  { operatorId, stage, now, client }: { operatorId: number; stage: SessionStage; now: Date; client: Client },
): Promise<string> {
  const token = newToken()
  await trx
    .insertInto('operator_sessions')
    .values({
      token_hash: hashOf(token),
      operator_id: operatorId,
      stage,
      began_at: now,
      seen_at: now,
      ends_at: new Date(now.getTime() + lifeMs[stage]),
      code_at: stage === 'full' ? now : null,
      address: client.address,
      agent: client.agent.slice(0, 300),
      seed_sealed: null,
      notice_sealed: null,
    })
    .execute()
  return token
}

/** The session of this token, if it has not ended. Writes down that it was used. */
export async function findSession(
  { db, clock }: { db: Db; clock: Clock },
  token: string,
): Promise<Session | undefined> {
  const hash = hashOfToken(token)
  if (hash === undefined) return undefined
  const now = clock.now()
  const row = await db
    .selectFrom('operator_sessions')
    .selectAll()
    .where('token_hash', '=', hash)
    .where('ends_at', '>', now)
    .where('seen_at', '>', new Date(now.getTime() - idleMs))
    .executeTakeFirst()
  if (!row) return undefined
  if (now.getTime() - row.seen_at.getTime() >= touchMs) {
    await db.updateTable('operator_sessions').set({ seen_at: now }).where('id', '=', row.id).execute()
  }
  const operator = await db
    .selectFrom('operators')
    .selectAll()
    .where('id', '=', row.operator_id)
    .executeTakeFirstOrThrow()
  return { ...row, operator }
}

/** Gives the session another token, so that one that was seen or planted before means nothing. */
export async function renewToken(trx: Db, id: number, set: Partial<SessionRow>): Promise<string> {
  const token = newToken()
  await trx
    .updateTable('operator_sessions')
    .set({ ...set, token_hash: hashOf(token), tries: 0 })
    .where('id', '=', id)
    .execute()
  return token
}

/** Ends one session of a person. False when they have none of that number. */
export async function endSession(trx: Db, operatorId: number, id: number): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('operator_sessions')
    .where('operator_id', '=', operatorId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

/** Ends all sessions of a person, but perhaps one. Returns how many. */
export async function endSessions(trx: Db, operatorId: number, except?: number): Promise<number> {
  let ended = trx.deleteFrom('operator_sessions').where('operator_id', '=', operatorId)
  if (except !== undefined) ended = ended.where('id', '!=', except)
  return Number((await ended.executeTakeFirstOrThrow()).numDeletedRows)
}

/** The sessions of a person that hold now, the last used first. */
export function sessionsOf({ db, clock }: { db: Db; clock: Clock }, operatorId: number): Promise<SessionRow[]> {
  const now = clock.now()
  return db
    .selectFrom('operator_sessions')
    .selectAll()
    .where('operator_id', '=', operatorId)
    .where('stage', '=', 'full')
    .where('ends_at', '>', now)
    .where('seen_at', '>', new Date(now.getTime() - idleMs))
    .orderBy('seen_at', 'desc')
    .execute()
}

/** Deletes the rows of sessions that ended by themselves. */
export async function deleteOldSessions({ db, clock }: { db: Db; clock: Clock }): Promise<string> {
  const now = clock.now()
  const { numDeletedRows } = await db
    .deleteFrom('operator_sessions')
    .where((is) => is.or([is('ends_at', '<=', now), is('seen_at', '<=', new Date(now.getTime() - idleMs))]))
    .executeTakeFirstOrThrow()
  return `deleted ${numDeletedRows} sessions that had ended`
}
