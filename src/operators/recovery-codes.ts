import { randomInt } from 'node:crypto'
import type { Db } from '../plumbing/storage/database.ts'
import { writeAudit } from './audit/write.ts'
import type { Parts } from './rights/parts.ts'
import type { Session } from './sessions.ts'
import { hashOf } from './tokens.ts'

const codesOfSheet = 10
/** Letters and digits that are not taken for one another; sixteen of them are 79 bits. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
const groups = 4
const groupLetters = 4

/** Makes a new sheet of codes and returns it; the older sheet is void. Only hashes are stored. */
export async function newRecoveryCodes(trx: Db, operatorId: number): Promise<string[]> {
  const codes = Array.from({ length: codesOfSheet }, newCode)
  await trx.deleteFrom('recovery_codes').where('operator_id', '=', operatorId).execute()
  const rows = codes.map((code) => ({ operator_id: operatorId, code_hash: hashOf(plain(code)) }))
  await trx.insertInto('recovery_codes').values(rows).execute()
  return codes
}

/** True when it is one of the person's codes; it is gone then. */
export async function spendRecoveryCode({ db, clock }: Parts, session: Session, code: string): Promise<boolean> {
  const { id, email } = session.operator
  return db.transaction().execute(async (trx) => {
    const { numDeletedRows } = await trx
      .deleteFrom('recovery_codes')
      .where('operator_id', '=', id)
      .where('code_hash', '=', hashOf(plain(code)))
      .executeTakeFirstOrThrow()
    if (numDeletedRows === 0n) return false
    const by = { operatorId: id, email, address: session.address }
    const after = { left: await codesLeft(trx, id) }
    await writeAudit(trx, { at: clock.now(), by, act: 'recovery_code_used', subject: email, after })
    return true
  })
}

/** How many codes the person still has. */
export async function codesLeft(db: Db, operatorId: number): Promise<number> {
  const { left } = await db
    .selectFrom('recovery_codes')
    .select((is) => is.fn.countAll<number>().as('left'))
    .where('operator_id', '=', operatorId)
    .executeTakeFirstOrThrow()
  return left
}

function newCode(): string {
  const group = () => Array.from({ length: groupLetters }, () => letters[randomInt(letters.length)]).join('')
  return Array.from({ length: groups }, group).join('-')
}

/** However it was typed. */
function plain(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]/g, '')
}
