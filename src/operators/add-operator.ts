import type { Db } from '../plumbing/storage/database.ts'
import { Declined } from './rights/declined.ts'

/** Writes a new person and returns their number. Throws `Declined` (email_taken). */
export async function addOperator(
  trx: Db,
  { email, passwordHash, now }: { email: string; passwordHash: string; now: Date },
): Promise<number> {
  const [name = email] = email.split('@')
  const added = await trx
    .insertInto('operators')
    .values({
      email,
      name: name.slice(0, 60),
      password_hash: passwordHash,
      totp_sealed: null,
      not_before: null,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!added) throw new Declined('email_taken')
  return added.id
}
