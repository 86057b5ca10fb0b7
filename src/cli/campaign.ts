import { Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { applyCampaign } from '../campaigns/apply.ts'
import { copyCampaign } from '../campaigns/copy.ts'
import { campaignCheckCommand } from './campaign-check.ts'
import { campaignTryCommand } from './campaign-try.ts'
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
  command
    .command('copy')
    .description('copy a campaign as a draft whose rules may change, and which counts only what comes from a time on')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<slug>', 'the campaign')
    .argument('<new-slug>', 'slug of the copy')
    .requiredOption('--from <time>', 'when the copy starts, as 2026-12-01T00:00:00+08:00', instant)
    .option('--json', 'print JSON')
    .action(async (slug: string, original: string, newSlug: string, { from, json }: CopyOptions) => {
      const changes = await withServices(cli, async (services) =>
        copyCampaign(services, await merchantNamed(services, slug), { slug: original, newSlug, from }),
      )
      answer(cli, json, { changes }, changes)
    })
  return command.addCommand(campaignCheckCommand(cli)).addCommand(campaignTryCommand(cli))
}

type CopyOptions = { from: Date; json?: boolean }

function instant(text: string): Date {
  const { data } = z.iso.datetime({ offset: true }).safeParse(text)
  if (data === undefined) throw new InvalidArgumentError('must be a time with its offset')
  return new Date(data)
}
