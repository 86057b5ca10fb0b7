import { Command } from 'commander'
import { retryGrants } from '../grants/retry.ts'
import { answer, type Cli, withServices } from './cli.ts'
import { evidenceCommand } from './grants-evidence.ts'
import { exportCommand } from './grants-export.ts'
import { giveUpCommand, replaceCommand } from './grants-by-hand.ts'

export function grantsCommand(cli: Cli): Command {
  const command = new Command('grants').description('what members were given')
  command
    .command('retry')
    .description(
      'lift the halts that these grants meet and try their coupons at once; exit 1 when one is still not sent',
    )
    .argument('<grants...>', 'ids of the grants')
    .option('--new-number', 'give what was refused another number: WeChat keeps refusing the one before')
    .option('--json', 'print JSON')
    .action(async (ids: string[], { json, newNumber }: { json?: boolean; newNumber?: boolean }) => {
      const results = await withServices(cli, (services) => retryGrants(services, ids, { newNumber }))
      const lines = results.map(({ grantId, status, message }) => `${grantId}: ${status}, ${message}`)
      answer(cli, json, results, lines)
      if (results.some(({ status }) => status !== 'sent')) cli.foundWanting()
    })
  command
    .addCommand(giveUpCommand(cli))
    .addCommand(replaceCommand(cli))
    .addCommand(evidenceCommand(cli))
    .addCommand(exportCommand(cli))
  return command
}
