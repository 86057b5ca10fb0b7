import type { Db } from '../plumbing/storage/database.ts'
import { writeAudit } from './audit/write.ts'
import { Declined } from './rights/declined.ts'
import { emailOf } from './email.ts'
import { endLinksOf, linkOfCommandMs, makeLink } from './links.ts'
import { commandLine, type Doer, type Parts } from './rights/parts.ts'
import { endSessions } from './sessions.ts'

/**
 * Lets a person set another password and authenticator: returns the token of a link that works once, for an hour. Their
 * sessions end now; the old password and authenticator hold until the link is used. Throws `Declined`.
 */
export function resetByCommand({ db, clock }: Parts, given: string): Promise<string> {
  const email = emailOf(given)
  return db.transaction().execute(async (trx) => {
    const operator = await trx
      .selectFrom('operators')
      .select(['id', 'email'])
      .where('email', '=', email)
      .executeTakeFirst()
    if (!operator) throw new Declined('not_found')
    return resetLink(trx, operator, commandLine, clock.now())
  })
}

/** The same within the transaction of somebody who may do it. */
export async function resetLink(
  trx: Db,
  { id, email }: { id: number; email: string },
  by: Doer,
  now: Date,
): Promise<string> {
  await endSessions(trx, id)
  await endLinksOf(trx, id, now)
  const link = { purpose: 'reset', operator_id: id, made_by: by.email } as const
  const token = await makeLink(trx, link, { now, lifeMs: linkOfCommandMs })
  await writeAudit(trx, { at: now, by, act: 'link_made', subject: email, after: { purpose: 'reset' } })
  return token
}
