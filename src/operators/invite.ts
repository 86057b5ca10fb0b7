import type { Db } from '../plumbing/storage/database.ts'
import type { AuditAct } from './audit/acts.ts'
import { writeAudit } from './audit/write.ts'
import { emailOf } from './email.ts'
import { endInvitations, makeLink } from './links.ts'
import { checkOffer, giveMembership, type Offer } from './memberships.ts'
import type { Doer, Parts } from './rights/parts.ts'

/** `link` undefined: the person has an account, and the role is theirs at once. */
export type Invited = { email: string; link: string | undefined }

/**
 * Offers somebody a role. Who is not there yet gets a link that works once, for `lifeMs`; an earlier one to the same
 * e-mail and place no longer works. Throws `Declined`.
 */
export async function inviteOperator(
  { db, clock }: Parts,
  { email: given, offer, by, lifeMs }: { email: string; offer: Offer; by: Doer; lifeMs: number },
): Promise<Invited> {
  const email = emailOf(given)
  checkOffer(offer)
  return db.transaction().execute(async (trx) => {
    const now = clock.now()
    const known = await trx.selectFrom('operators').select('id').where('email', '=', email).executeTakeFirst()
    const audit = (act: AuditAct) =>
      writeAudit(trx, { at: now, by, act, scope: offer, subject: email, after: { email, role: offer.role } })
    if (known) {
      await giveMembership(trx, known.id, offer, { by: by.email, now })
      await audit('membership_given')
      return { email, link: undefined }
    }
    const link = await newInvitation(trx, { email, offer, by, now, lifeMs })
    await audit('invited')
    return { email, link }
  })
}

async function newInvitation(
  trx: Db,
  { email, offer, by, now, lifeMs }: { email: string; offer: Offer; by: Doer; now: Date; lifeMs: number },
): Promise<string> {
  await endInvitations(trx, email, offer, now)
  const { role, merchant_id, provider_mchid } = offer
  const link = { purpose: 'invite', email, role, merchant_id, provider_mchid, made_by: by.email } as const
  return makeLink(trx, link, { now, lifeMs })
}
