import { Command, InvalidArgumentError, Option } from 'commander'
import { computeDay } from '../days/compute.ts'
import { causes, explainDifference, type Explanation } from '../days/explain.ts'
import { reopenDay } from '../days/reopen.ts'
import { warn } from '../days/run-days.ts'
import { signDay } from '../days/sign.ts'
import { storedDay, type StoredDay } from '../days/stored.ts'
import { unexplained } from '../days/sheet.ts'
import type { Merchant } from '../merchants/merchant.ts'
import { commandLine } from '../operators/rights/parts.ts'
import { shownDay } from '../plumbing/calendar-day.ts'
import { wholeDay } from '../plumbing/whole-day.ts'
import type { Services } from '../services.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { dayOf } from './day.ts'
import { reasonOf } from './reason.ts'
import { linesOf } from './reconcile-lines.ts'

type Options = {
  json?: boolean
  sign?: string
  reopen?: string
  explain?: string
  cause?: Explanation['cause']
  reason?: string
}

export function reconcileCommand(cli: Cli): Command {
  return new Command('reconcile')
    .description(
      'a day’s ledger, WeChat and payments side by side, with each difference; exit 1 while one has no cause or a file is missing',
    )
    .argument('<merchant>', 'slug of the merchant')
    .argument('<date>', 'the day in Beijing, such as 2026-11-01', dayOf)
    .option('--sign <name>', 'sign the day: it is frozen as it is; refused while files or causes are missing', nameOf)
    .option('--reopen <reason>', 'open a signed day again; what was signed stays in its history', reasonOf)
    .option('--explain <difference>', 'name the cause of a difference, by its key, with --cause and --reason')
    .addOption(new Option('--cause <cause>', 'what caused it').choices(causes))
    .option('--reason <text>', 'how that is known (at most 500 characters)', reasonOf)
    .option('--json', 'print JSON')
    .action(async (slug: string, day: string, options: Options) => {
      const stored = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        if (wholeDay(day).start > services.clock.now()) throw new CliRefusal(`${shownDay(day)} is in the future`)
        await act(services, merchant, day, options)
        return (await storedDay(services.db, merchant.id, day))!
      })
      answer(cli, options.json, dataOf(stored), linesOf(stored))
      const { missing } = stored.sheet
      if (unexplained(stored.sheet).length > 0 || (missing.length > 0 && !stored.signed)) cli.foundWanting()
    })
}

/** At most one of the three acts; then, or without one, the day is compared again unless it is signed. */
async function act(services: Services, merchant: Merchant, day: string, options: Options): Promise<void> {
  const { sign, reopen, explain, cause, reason } = options
  if ([sign, reopen, explain].filter((one) => one !== undefined).length > 1)
    throw new CliRefusal('--sign, --reopen and --explain: one at a time')
  const doer = commandLine
  if (explain !== undefined) {
    if (!cause || reason === undefined) throw new CliRefusal('--explain needs --cause and --reason')
    await explainDifference(services, merchant, { day, difference: explain, cause, reason, doer })
  }
  if (sign !== undefined) await signDay(services, merchant, { day, name: sign, doer })
  if (reopen !== undefined) await reopenDay(services, merchant, { day, reason: reopen, doer })
  const sheet = await computeDay(services, merchant, day)
  if (sheet) await warn(services, merchant, sheet)
}

function dataOf({ sheet, computedAt, signed, history }: StoredDay) {
  const shown = ({
    signed_by,
    signed_at,
    sheet_hash,
    reopened_by,
    reopened_at,
    reopened_reason,
  }: (typeof history)[number]) => ({
    signed_by,
    signed_at,
    sheet_hash,
    reopened_by,
    reopened_at,
    reopened_reason,
  })
  return {
    ...sheet,
    differences: sheet.differences.map((one) => ({ ...one, cause: one.cause === 'unknown' ? null : one.cause })),
    day: shownDay(sheet.day),
    computed_at: computedAt,
    signed: signed ? shown(signed) : null,
    history: history.map(shown),
  }
}

function nameOf(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > 200) throw new InvalidArgumentError('It must have between 1 and 200 characters')
  return name
}
