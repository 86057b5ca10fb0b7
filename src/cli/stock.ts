import { Command } from 'commander'
import { goodsTagSet } from '../stocks/goods-tags.ts'
import { importStock } from '../stocks/import.ts'
import type { Stock } from '../plumbing/storage/schema/stock.ts'
import { syncStock } from '../stocks/sync.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'
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
      answer(cli, json, stock, describe(stock))
    })
  command
    .command('sync')
    .description('refresh an imported stock from WeChat Pay')
    .argument('<merchant>', 'slug of the merchant')
    .argument('<stock>', 'number of the stock')
    .option('--json', 'print JSON')
    .action(async (slug: string, stockId: string, { json }: { json?: boolean }) => {
      const stock = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        const known = await services.catalog.stock(merchant.id, stockId)
        if (!known) throw new CliRefusal(`stock ${stockId} has not been imported for merchant ${slug}`)
        return syncStock(services, merchant, known)
      })
      answer(cli, json, stock, describe(stock))
    })
  for (const act of stockStateCommands(cli)) command.addCommand(act)
  return command
    .addCommand(stockCreateCommand(cli))
    .addCommand(stockCallbackCommand(cli))
    .addCommand(stockImageCommand(cli))
}

function describe(stock: Stock): string[] {
  const yuan = (fen: number) => (fen / 100).toFixed(2)
  return [
    `stock ${stock.stock_id}: ${stock.name}, ${stock.status}`,
    `  ${yuan(stock.coupon_amount)} yuan off from ${yuan(stock.transaction_minimum)} yuan on, ${stock.no_cash ? '免充值' : '预充值'}`,
    `  usable ${stock.available_begin.toISOString()} to ${stock.available_end.toISOString()}`,
    `  ${stock.distributed_coupons} of ${stock.max_coupons} sent, at most ${stock.max_coupons_per_user} a member`,
    `  ${stock.goods_tags.join('+')} (${stock.goods_tags_from}): ${goodsTagSet(stock.goods_tags)?.meaning ?? 'unknown'}`,
  ]
}
