import { Command } from 'commander'
import { billsFetchCommand } from './bills-fetch.ts'
import { billsImportCommand } from './bills-import.ts'
import { billsListCommand } from './bills-list.ts'
import type { Cli } from './cli.ts'

export function billsCommand(cli: Cli): Command {
  return new Command('bills')
    .description('bills and flow files of WeChat Pay')
    .addCommand(billsFetchCommand(cli))
    .addCommand(billsListCommand(cli))
    .addCommand(billsImportCommand(cli))
}
