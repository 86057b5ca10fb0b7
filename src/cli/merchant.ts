import { Command } from 'commander'
import { applyMerchant } from '../merchants/apply.ts'
import { answer, type Cli, withServices } from './cli.ts'
import { readJsonFile } from './json-file.ts'
import { applicationCommand } from './merchant-application.ts'
import { keysCommand } from './merchant-keys.ts'
import { receiptCommand } from './merchant-receipt.ts'
import { stepCommand } from './merchant-step.ts'

export function merchantCommand(cli: Cli): Command {
  const command = new Command('merchant').description('merchants, their accounts, and their way to the first coupon')
  command
    .command('apply')
    .description('create or update a merchant from its file; secrets are encrypted and never printed')
    .argument('<file>', 'the merchant file, JSON; - reads standard input')
    .option('--json', 'print JSON')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const file = readJsonFile(path)
      const changes = await withServices(cli, (services) => applyMerchant(services, file))
      answer(cli, json, { changes }, changes)
    })
  return command
    .addCommand(applicationCommand(cli))
    .addCommand(stepCommand(cli))
    .addCommand(keysCommand(cli))
    .addCommand(receiptCommand(cli))
}
