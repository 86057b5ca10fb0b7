import { Command } from 'commander'
import { filesOf } from '../files/list.ts'
import { beijingDay, daysBefore } from '../plumbing/clock.ts'
import { billLine } from './bill-words.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { dayOf } from './day.ts'

const usualDays = 7

export function billsListCommand(cli: Cli): Command {
  return new Command('list')
    .description('list which bills and flow files of a merchant there are, and what they add up to')
    .argument('<merchant>', 'slug of the merchant')
    .option('--from <date>', 'first Beijing day; unset: a week ago', dayOf)
    .option('--to <date>', 'last Beijing day; unset: today', dayOf)
    .option('--json', 'print JSON')
    .action(async (slug: string, options: { from?: string; to?: string; json?: boolean }) => {
      const files = await withServices(cli, async (services) => {
        const now = services.clock.now()
        const { from = beijingDay(daysBefore(now, usualDays)), to = beijingDay(now) } = options
        return filesOf(services.db, await merchantNamed(services, slug), { from, to })
      })
      const data = files.map(({ file: { key_sealed: _, ...file }, share }) => ({ ...file, share: share ?? null }))
      answer(cli, options.json, data, files.length === 0 ? ['no file'] : files.map(billLine))
    })
}
