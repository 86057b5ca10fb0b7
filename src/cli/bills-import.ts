import { createReadStream, existsSync } from 'node:fs'
import { Command, Option } from 'commander'
import { keepByHand } from '../files/by-hand.ts'
import { bringIn } from '../files/fetch-day.ts'
import type { FileKind } from '../plumbing/storage/schema.ts'
import { billLine } from './bill-words.ts'
import { CliRefusal } from './cli-refusal.ts'
import { answer, type Cli, withServices } from './cli.ts'
import { dayOf } from './day.ts'

type Options = { number: string; on: string; kind: FileKind; stock?: string; json?: boolean }

export function billsImportCommand(cli: Cli): Command {
  return new Command('import')
    .description("bring in a bill or flow file that was downloaded by hand in WeChat's platform, or say why not")
    .argument('<file>', 'the file, packed or not')
    .requiredOption('--number <mchid>', 'the merchant number that placed the orders; of a flow, the creator')
    .requiredOption('--on <date>', 'the day in Beijing, such as 2026-11-01', dayOf)
    .addOption(
      new Option('--kind <kind>', 'what it is').choices(['trade_bill', 'use_flow', 'refund_flow']).default('trade_bill'),
    )
    .option('--stock <stock>', 'number of the stock, for a flow')
    .option('--json', 'print JSON')
    .action(async (path: string, { number: mchid, on: day, kind, stock: stockId, json }: Options) => {
      if (!/^\d{6,32}$/.test(mchid)) throw new CliRefusal('--number: must be a merchant number')
      if ((kind === 'trade_bill') !== (stockId === undefined))
        throw new CliRefusal('--stock: is needed for a flow, and only for a flow')
      if (!existsSync(path)) throw new CliRefusal(`cannot read ${path}: ENOENT`)
      const file = await withServices(cli, async (services) => {
        const kept = await keepByHand(services, { mchid, kind, stockId, day }, createReadStream(path))
        return bringIn(services, kept, services.stopping.signal)
      })
      const { key_sealed: _, ...data } = file
      answer(cli, json, data, [billLine({ file, share: undefined })])
    })
}
