import { Command } from 'commander'
import { verifyAudit } from '../operators/audit/chain.ts'
import { answer, type Cli, withServices } from './cli.ts'

export function auditCommand(cli: Cli): Command {
  const command = new Command('audit').description('what operators did')
  command
    .command('verify')
    .description(
      'compare every entry with its hash and with the entry before it; exit 1 when one was changed or taken out',
    )
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      await withServices(cli, async ({ db }) => {
        const { entries, lastHash, broken } = await verifyAudit(db)
        answer(cli, json, { ok: broken === undefined, entries, last_hash: lastHash, broken: broken ?? null }, [
          broken === undefined
            ? `the chain of ${entries} entries holds; the last hash is ${lastHash}`
            : `entry ${broken} is not what was written, or the one before it is gone; ${entries} entries before it hold`,
        ])
        if (broken !== undefined) cli.foundWanting()
      })
    })
  return command
}
