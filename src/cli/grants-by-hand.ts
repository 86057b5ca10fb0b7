import { Command, Option } from 'commander'
import type { Wanted } from '../grants/owed-grants.ts'
import { giveUpGrants, type HandLine, replaceGrants } from '../grants/settle-by-hand.ts'
import type { Services } from '../services.ts'
import { type Cli, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { reasonOf } from './reason.ts'

type Options = { campaign?: string; merchant?: string; reason: string; stock: string; json?: boolean }

/** `grants give-up`: refuses coupons that cannot be delivered, so that they are no longer owed. */
export function giveUpCommand(cli: Cli): Command {
  return withGrants(new Command('give-up'))
    .description(
      'refuse what these grants are owed and free its places; coupons that were ever in doubt are left alone. Exit 1 when one could not',
    )
    .requiredOption('--reason <text>', 'why, kept with each coupon (at most 500 characters)', reasonOf)
    .action((ids: string[], options: Options, command: Command) =>
      act(cli, command, ids, options, (services, wanted) => giveUpGrants(services, wanted, options.reason)),
    )
}

/** `grants replace`: sends coupons that cannot be delivered from another stock. */
export function replaceCommand(cli: Cli): Command {
  return withGrants(new Command('replace'))
    .description(
      'move what these grants are owed to another stock, due now; coupons that were ever in doubt are left alone. Exit 1 when one could not',
    )
    .requiredOption('--stock <id>', 'number of the imported stock that the coupons come from instead')
    .option(
      '--reason <text>',
      'why, kept with each coupon (at most 500 characters)',
      reasonOf,
      'replaced by an operator',
    )
    .action((ids: string[], options: Options, command: Command) =>
      act(cli, command, ids, options, (services, wanted) =>
        replaceGrants(services, wanted, { stockId: options.stock, reason: options.reason }),
      ),
    )
}

function withGrants(command: Command): Command {
  return command
    .argument('[grants...]', 'ids of the grants')
    .addOption(new Option('--campaign <slug>', 'all grants of this campaign that are owed something, instead of ids'))
    .option('--merchant <slug>', "the campaign's merchant; may be left out where only one has a campaign of that name")
    .option('--json', 'print JSON')
}

async function act(
  cli: Cli,
  command: Command,
  ids: string[],
  { campaign, merchant, json }: Options,
  work: (services: Services, wanted: Wanted) => AsyncGenerator<HandLine>,
): Promise<void> {
  if (ids.length > 0 === (campaign !== undefined)) command.error('error: name either grants or --campaign')
  await withServices(cli, async (services) => {
    const wanted =
      campaign === undefined ? { grantIds: ids } : { campaign: await campaignNamed(services, campaign, merchant) }
    const lines: HandLine[] = []
    for await (const line of work(services, wanted)) {
      if (!line.ok) cli.foundWanting()
      if (json) lines.push(line)
      else cli.print(`${line.grantId}: ${line.message}`)
    }
    if (json) cli.print(JSON.stringify(lines, null, 2))
  })
}

async function campaignNamed({ db }: Services, slug: string, merchant: string | undefined) {
  const found = await db
    .selectFrom('campaigns')
    .innerJoin('merchants', 'merchants.id', 'campaigns.merchant_id')
    .select(['campaigns.id', 'campaigns.merchant_id', 'merchants.slug as merchant'])
    .where('campaigns.slug', '=', slug)
    .$if(merchant !== undefined, (query) => query.where('merchants.slug', '=', merchant!))
    .execute()
  if (found.length === 0)
    throw new CliRefusal(`there is no campaign ${slug}${merchant ? ` of merchant ${merchant}` : ''}`)
  if (found.length > 1) {
    throw new CliRefusal(
      `several merchants have a campaign ${slug}: name one of ${found.map((one) => one.merchant).join(', ')} with --merchant`,
    )
  }
  return found[0]!
}
