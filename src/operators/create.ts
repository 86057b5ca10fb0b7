import { addOperator } from './add-operator.ts'
import { writeAudit } from './audit/write.ts'
import { emailOf } from './email.ts'
import { linkOfCommandMs, makeLink } from './links.ts'
import { checkOffer, giveMembership, type Offer } from './memberships.ts'
import { commandLine, type Parts } from './rights/parts.ts'
import { hashPassword } from './password-hash.ts'
import { checkPassword } from './password-rules.ts'

/**
 * Makes a person with a password and a role, from the command line. Returns the token of a link, valid for an hour, at
 * which they set up their authenticator. Throws `Declined`.
 */
export async function createOperator(
  parts: Parts,
  { email: given, password, offer }: { email: string; password: string; offer: Offer },
): Promise<string> {
  const email = emailOf(given)
  checkOffer(offer)
  checkPassword(password, email)
  const passwordHash = await hashPassword(parts, password)
  return parts.db.transaction().execute(async (trx) => {
    const now = parts.clock.now()
    const by = commandLine
    const operatorId = await addOperator(trx, { email, passwordHash, now })
    await giveMembership(trx, operatorId, offer, { by: by.email, now })
    const link = { purpose: 'authenticator', operator_id: operatorId, made_by: by.email } as const
    const token = await makeLink(trx, link, { now, lifeMs: linkOfCommandMs })
    const after = { email, role: offer.role }
    await writeAudit(trx, { at: now, by, act: 'operator_created', scope: offer, subject: email, after })
    return token
  })
}
