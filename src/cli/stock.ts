import { Command } from 'commander'
import { importStock } from '../stocks/import.ts'
import { describeStock } from './stock-words.ts'
import { stockSyncCommand } from './stock-sync.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { stockCallbackCommand } from './stock-callback.ts'
import { stockCreateCommand } from './stock-create.ts'
import { stockImageCommand } from './stock-image.ts'
import { stockStateCommands } from './stock-state.ts'

type ImportOptions = { creator?: string; tags?: string; json?: boolean }

export function stockCommand(cli: Cli): Command {
  const command = new Command('stock').description('stocks of coupons at WeChat Pay')
  command
    .command('import')
    .description('read a stock from WeChat Pay and store it, or say why not')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<stock>', 'number of the stock')
    .option('--creator <mchid>', "the merchant number that made it; unset: the merchant's only provider")
    .option('--tags <tags>', 'its 订单优惠标记, separated by commas, where WeChat hides them')
    .option('--json', 'print JSON')
    .action(async (slug: string, stockId: string, { creator, tags, json }: ImportOptions) => {
      const wanted = { stockId, creatorMchid: creator, tags: tags?.split(',').map((tag) => tag.trim()) }
      const stock = await withServices(cli, async (services) =>
        importStock(services, await merchantNamed(services, slug), wanted),
      )
      answer(cli, json, stock, describeStock(stock))
    })
  for (const act of stockStateCommands(cli)) command.addCommand(act)
  return command
    .addCommand(stockSyncCommand(cli))
    .addCommand(stockCreateCommand(cli))
    .addCommand(stockCallbackCommand(cli))
    .addCommand(stockImageCommand(cli))
}
