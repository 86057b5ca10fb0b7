import { sql } from 'kysely'
import type { Db } from '../plumbing/storage/database.ts'
import { hashOfToken } from './tokens.ts'

/** So many wrong passwords cost nothing: people mistype. */
const freeTries = 6
/** The first pause; each further wrong password doubles it. */
const pauseSeconds = 30
const pauseSecondsAtMost = 3_600
/** After a day without a try the count begins again. */
const forgottenHours = 24

/** The browser from which somebody tries: `known` when this person has signed in there before. */
export type Device = { hash: string | undefined; known: boolean }

/** What is known of the browser that sends this device cookie. */
export async function deviceOf(db: Db, operatorId: number | undefined, token: string | undefined): Promise<Device> {
  const hash = token === undefined ? undefined : hashOfToken(token)
  if (hash === undefined || operatorId === undefined) return { hash, known: false }
  const row = await db
    .selectFrom('operator_devices')
    .select('token_hash')
    .where('operator_id', '=', operatorId)
    .where('token_hash', '=', hash)
    .executeTakeFirst()
  return { hash, known: row !== undefined }
}

/**
 * Takes one of the account's tries; false during a pause. It is counted before the password is looked at, so that many
 * tries at once are no way around. Unknown browsers share a counter; each known one has its own, so that a stranger
 * cannot lock out whoever signs in where they always do.
 */
export async function takeTry(db: Db, operatorId: number, device: Device, now: Date): Promise<boolean> {
  const count = sql<number>`case when not_before < ${now}::timestamptz - make_interval(hours => ${sql.lit(forgottenHours)})
    then 1 else failures + 1 end`
  const over = sql`greatest(0, (${count}) - ${sql.lit(freeTries)})`
  const pause = sql`make_interval(secs => least(${sql.lit(pauseSecondsAtMost)}, ${sql.lit(pauseSeconds)} * power(2, least(20, ${over}))))`
  const set = {
    failures: count,
    not_before: sql<Date>`${now}::timestamptz + case when (${count}) >= ${sql.lit(freeTries)} then ${pause} else '0' end`,
  }
  const isOver = sql<boolean>`(not_before is null or not_before <= ${now})`
  const byDevice = () =>
    db
      .updateTable('operator_devices')
      .set(set)
      .where('operator_id', '=', operatorId)
      .where('token_hash', '=', device.hash!)
      .where(isOver)
      .executeTakeFirstOrThrow()
  const byStranger = () =>
    db.updateTable('operators').set(set).where('id', '=', operatorId).where(isOver).executeTakeFirstOrThrow()
  const { numUpdatedRows } = await (device.known ? byDevice() : byStranger())
  return numUpdatedRows > 0n
}

/** After a whole sign-in: the counter that it came through begins again. */
export async function forgetTries(db: Db, operatorId: number, device: Device): Promise<void> {
  const none = { failures: 0, not_before: null }
  if (device.known) {
    await db
      .updateTable('operator_devices')
      .set(none)
      .where('operator_id', '=', operatorId)
      .where('token_hash', '=', device.hash!)
      .execute()
  } else await db.updateTable('operators').set(none).where('id', '=', operatorId).execute()
}
