import { Command } from 'commander'
import { exportGrants } from '../grants/export.ts'
import { type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
import { dayOf } from './day.ts'

type Options = { from: string; to: string; openids?: boolean }

/** `grants export`: what a merchant's members were given, as CSV on standard output. */
export function exportCommand(cli: Cli): Command {
  return new Command('export')
    .description('write the coupons that a merchant granted in these days as CSV to standard output, one row a coupon')
    .argument('<merchant>', 'slug of the merchant')
    .requiredOption('--from <day>', 'first day in Beijing, such as 2026-11-01', typedDay)
    .requiredOption('--to <day>', 'last day in Beijing, included', typedDay)
    .option('--openids', 'whole openids instead of masked ones; the audit keeps that it was done')
    .action(async (slug: string, { from, to, openids = false }: Options) => {
      if (from > to) throw new CliRefusal('--from is after --to')
      await withServices(cli, async (services) => {
        const { id } = await merchantNamed(services, slug)
        for await (const piece of exportGrants(services, { merchantId: id, slug, from, to, openids }))
          await cli.write(piece)
      })
    })
}

/** The day as it was typed, which is checked. */
function typedDay(text: string): string {
  dayOf(text)
  return text
}
