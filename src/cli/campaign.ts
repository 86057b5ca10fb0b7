import { Command } from 'commander'
import { applyCampaign } from '../campaigns/apply.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { readJsonFile } from './json-file.ts'

export function campaignCommand(cli: Cli): Command {
  const command = new Command('campaign').description('offers of coupons')
  command
    .command('apply')
    .description('create or update a campaign of a merchant from its file')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<file>', 'the campaign file, JSON; - reads standard input')
    .option('--json', 'print JSON')
    .action(async (slug: string, path: string, { json }: { json?: boolean }) => {
      const file = readJsonFile(path)
      const changes = await withServices(cli, async (services) =>
        applyCampaign(services, await merchantNamed(services, slug), file),
      )
      answer(cli, json, { changes }, changes)
    })
  return command
}
