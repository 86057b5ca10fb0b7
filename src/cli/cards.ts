import { Command } from 'commander'
import { importEarlierCards } from '../cards/earlier-cards.ts'
import { unprovenOpenings } from '../cards/unproven.ts'
import { cardNoticesCommand } from './cards-notices.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { readTextFile } from './text-file.ts'

export function cardsCommand(cli: Cli): Command {
  const command = new Command('cards').description('member cards of a merchant')
  command
    .command('import')
    .description('tell which cards or members were there before: they never earn as new')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<file>', 'CSV with the header card_id,card_code or openid; - reads standard input')
    .option('--json', 'print JSON')
    .action(async (slug: string, path: string, { json }: { json?: boolean }) => {
      const csv = readTextFile(path)
      const imported = await withServices(cli, async (services) =>
        importEarlierCards(services.db, await merchantNamed(services, slug), csv),
      )
      const { rows, added, known } = imported
      answer(cli, json, imported, [`${rows} rows: ${added} added, ${known} known before`])
    })
  command
    .command('unproven')
    .description(
      'cards active for ten minutes of which nobody has told when they were taken, at most 1000, newest first',
    )
    .argument('<merchant>', 'slug of the merchant')
    .option('--json', 'print JSON')
    .action(async (slug: string, { json }: { json?: boolean }) => {
      const openings = await withServices(cli, async (services) =>
        unprovenOpenings(services.db, await merchantNamed(services, slug), services.clock.now()),
      )
      const lines = openings.map(
        ({ openid, card_id, card_code, active_at, campaigns }) =>
          `${card_id} ${card_code} of ${openid}: active since ${active_at.toISOString()}, for ${campaigns.join(', ')}`,
      )
      answer(cli, json, openings, lines.length > 0 ? lines : ['no opening is without proof'])
    })
  return command.addCommand(cardNoticesCommand(cli))
}
