import { Command, CommanderError } from 'commander'
import { maskText } from '../plumbing/telemetry/mask-text.ts'
import { Unusable } from '../plumbing/unusable.ts'
import { billsCommand } from './bills.ts'
import { campaignCommand } from './campaign.ts'
import { cardsCommand } from './cards.ts'
import { auditCommand } from './audit.ts'
import type { Cli, Environment } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { doctorCommand } from './doctor.ts'
import { grantsCommand } from './grants.ts'
import { jobsCommand } from './jobs.ts'
import { memberCommand } from './member.ts'
import { merchantCommand } from './merchant.ts'
import { migrateCommand } from './migrate.ts'
import { operatorCommand } from './operator.ts'
import { proofCommand } from './proof.ts'
import { reconcileCommand } from './reconcile.ts'
import { stockCommand } from './stock.ts'

/** `out` may return a promise of the moment when the text was taken. */
export type Output = { out(text: string): unknown; err(text: string): unknown }

const done = 0
const refused = 1
const wrongUsage = 2

/** Runs one command line. Resolves to the exit code: 0 done, 1 refused or the answer is no, 2 wrong usage. */
export async function runCli(args: string[], output: Output = standardStreams, env?: Environment): Promise<number> {
  let found = done
  const cli: Cli = {
    env,
    print: (text) => void output.out(`${text}\n`),
    write: async (text) => void (await output.out(text)),
    foundWanting: () => (found = refused),
  }
  try {
    await program(cli, output).parseAsync(args, { from: 'user' })
    return found
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? done : wrongUsage
    output.err(`${sentence(error)}\n`)
    return refused
  }
}

const standardStreams: Output = {
  out: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve(undefined))),
  err: (text) => void process.stderr.write(text),
}

function program(cli: Cli, output: Output): Command {
  const root = new Command('paycoupon').description('WeChat Pay cash coupons for members of a WeChat Official Account')
  const commands = [
    migrateCommand,
    merchantCommand,
    stockCommand,
    campaignCommand,
    billsCommand,
    cardsCommand,
    grantsCommand,
    memberCommand,
    proofCommand,
    reconcileCommand,
    doctorCommand,
    jobsCommand,
    operatorCommand,
    auditCommand,
  ]
  for (const command of commands) root.addCommand(command(cli))
  return inherit(root, output)
}

/** Commander passes these settings only to commands that it created itself. */
function inherit(command: Command, output: Output): Command {
  command
    .exitOverride()
    .configureOutput({ writeOut: (text) => void output.out(text), writeErr: (text) => void output.err(text) })
  for (const child of command.commands) inherit(child, output)
  return command
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return 'something unknown went wrong'
  // Our own sentences may name what the operator typed.
  if (error instanceof CliRefusal || error instanceof Unusable) return error.message
  // A failed connection is an AggregateError with an empty message.
  return maskText(error.message) || (error as NodeJS.ErrnoException).code || error.name
}
