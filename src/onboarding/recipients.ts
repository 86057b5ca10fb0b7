import { writeAudit } from '../operators/audit/write.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import { doerOf, type Person } from '../operators/rights/person.ts'
import { ofProvider } from '../operators/rights/scope.ts'
import { isMailAddress } from '../plumbing/mail/smtp-address.ts'
import type { Db } from '../plumbing/storage/database.ts'
import type { Services } from '../services.ts'

const most = 10

/**
 * Whom the provider's application is mailed to: kept for each provider's number, since each has its own contact at
 * WeChat; without that, APPLICATION_MAIL_TO.
 */
export async function recipientsOf(
  db: Db,
  mchid: string,
  { application }: Pick<Services['config'], 'application'>,
): Promise<string[]> {
  const kept = await db
    .selectFrom('application_recipients')
    .select('mail_to')
    .where('mchid', '=', mchid)
    .executeTakeFirst()
  return kept?.mail_to ?? application.mailTo
}

/** Keeps other recipients, written with commas, semicolons or spaces between them. Throws `Declined`. */
export async function setRecipients(
  { db, clock, config }: Pick<Services, 'db' | 'clock' | 'config'>,
  person: Person,
  mchid: string,
  text: string,
): Promise<void> {
  const scope = ofProvider(mchid)
  requireMay(person, 'keep_steps', scope)
  const mailTo = [...new Set(text.split(/[\s,;，；、]+/).filter(Boolean))]
  if (mailTo.length === 0 || mailTo.length > most || !mailTo.every(isMailAddress))
    throw new Declined('recipients_wrong')
  await db.transaction().execute(async (trx) => {
    const before = { mail_to: await recipientsOf(trx, mchid, config) }
    const now = clock.now()
    const set = { mail_to: mailTo, set_by: person.email, set_at: now }
    await trx
      .insertInto('application_recipients')
      .values({ mchid, ...set })
      .onConflict((conflict) => conflict.column('mchid').doUpdateSet(set))
      .execute()
    const deed = { at: now, by: doerOf(person), act: 'recipients_set', scope, subject: `服务商号 ${mchid}` } as const
    await writeAudit(trx, { ...deed, before, after: { mail_to: mailTo } })
  })
}
