import { writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { type Applicant, applicationOf } from '../onboarding/application.ts'
import { applicationMail, type Mail } from '../onboarding/application-mail.ts'
import { beijingDay } from '../plumbing/clock.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { shownDay } from '../plumbing/calendar-day.ts'

type Options = { csv?: string; json?: boolean }

export function applicationCommand(cli: Cli): Command {
  return new Command('application')
    .description(
      'print the e-mail that asks WeChat for 跨商户号发券, with its table; sends nothing and changes nothing',
    )
    .argument('<merchants...>', 'slugs of the merchants')
    .option('--csv <file>', 'write the table to a file; unset: it is printed after the e-mail')
    .option('--json', 'print JSON')
    .action(async (slugs: string[], { csv, json }: Options) => {
      const { mail, applicants, leftOut, today } = await withServices(cli, async (services) => {
        const merchants = []
        for (const slug of new Set(slugs)) merchants.push(await merchantNamed(services, slug))
        const application = await applicationOf(services.db, merchants)
        const today = shownDay(beijingDay(services.clock.now()))
        return { ...application, mail: applicationMail(application.applicants, services.config.application), today }
      })
      if (csv !== undefined) writeTable(csv, mail.attachment)
      const granted = leftOut.map(({ sender, names }) => ({ sender, names }))
      const next = nextCommands(applicants, today)
      const { to, subject, body, attachment } = mail
      const data = { to, subject, body, csv: attachment, csv_file: csv ?? null, applicants, granted, next }
      answer(cli, json, data, [
        ...lettersOf(mail, csv),
        ...granted.map(({ sender, names }) => `left out, step 4 is granted already: ${sender} (${names.join(', ')})`),
        'after sending it, keep that it was asked for:',
        ...next.map((command) => `  ${command}`),
      ])
    })
}

/** The mail as a person copies it. */
function lettersOf({ to, subject, body, attachmentName, attachment }: Mail, csv: string | undefined): string[] {
  const table = csv === undefined ? [`附件（${attachmentName}）：`, attachment] : [`附件：${csv}`, '']
  return [`收件人：${to.join('，')}`, `主题：${subject}`, '', body, '', ...table]
}

function nextCommands(applicants: Applicant[], today: string): string[] {
  const slugs = new Set(applicants.flatMap((applicant) => applicant.slugs))
  return [...slugs].map((slug) => `npm run cli -- merchant step ${slug} cross_merchant --state asked --on ${today}`)
}

function writeTable(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new CliRefusal(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}
