import type { Merchant } from '../merchants/merchant.ts'
import { writeAudit } from '../operators/audit/write.ts'
import { Declined } from '../operators/rights/declined.ts'
import { requireMay } from '../operators/rights/guard.ts'
import { doerOf, type Person } from '../operators/rights/person.ts'
import { ofProvider } from '../operators/rights/scope.ts'
import { beijingTime } from '../plumbing/clock.ts'
import type { Services } from '../services.ts'
import { applicationMail } from './application-mail.ts'
import { applicationOf } from './application.ts'
import { recipientsOf } from './recipients.ts'
import { sayStep } from './say-step.ts'
import { stepNamed } from './steps.ts'

/**
 * Mails the application for these merchants to the provider's recipients, and keeps for each that it was asked for today.
 * Throws `Declined` (mail_off: no server is set), and `MailFailed`: then nothing is kept.
 */
export async function sendApplication(
  services: Pick<Services, 'db' | 'clock' | 'config' | 'mail'>,
  person: Person,
  mchid: string,
  merchants: Merchant[],
): Promise<void> {
  const { db, clock, config, mail } = services
  const scope = ofProvider(mchid)
  requireMay(person, 'keep_steps', scope)
  if (!mail) throw new Declined('mail_off')
  const { applicants } = await applicationOf(db, merchants)
  const mailTo = await recipientsOf(db, mchid, config)
  const letter = applicationMail(applicants, { ...config.application, mailTo })
  const { to, subject, body, attachmentName, attachment } = letter
  const file = { name: attachmentName, content: attachment, type: 'text/csv; charset=utf-8' }
  await mail.send({ to, subject, text: body, attachment: file })
  const now = clock.now()
  const named = new Set(applicants.flatMap(({ slugs }) => slugs))
  await db.transaction().execute(async (trx) => {
    const deed = {
      at: now,
      by: doerOf(person),
      act: 'application_mailed',
      scope,
      subject: `服务商号 ${mchid}`,
    } as const
    await writeAudit(trx, { ...deed, after: { mail_to: to, merchants: [...named] } })
  })
  const asked = merchants.filter(({ slug }) => named.has(slug))
  const said = { step: stepNamed('cross_merchant')!, state: 'asked', on: beijingTime(now).slice(0, 10) }
  await sayStep(services, person, asked, said)
}
