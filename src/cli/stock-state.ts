import { Command } from 'commander'
import { type Changed, changeState } from '../stocks/provider/change-state.ts'
import { stateInWords } from '../stocks/provider/stock-states.ts'
import type { StockChange } from '../wechat/pay/change-stock.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

const descriptions = {
  activate: 'start a stock, with the keys of its creator; a prefunded one locks its budget',
  pause: 'stop sending a stock everywhere, with the keys of its creator; what was sent stays usable',
  restart: 'end the pause of a stock, with the keys of its creator',
}
const changes: Record<keyof typeof descriptions, StockChange> = {
  activate: 'start',
  pause: 'pause',
  restart: 'restart',
}

/** `stock activate`, `stock pause` and `stock restart`. */
export function stockStateCommands(cli: Cli): Command[] {
  return (['activate', 'pause', 'restart'] as const).map((name) =>
    new Command(name)
      .description(descriptions[name])
      .argument('<merchant>', 'slug of the merchant')
      .argument('<stock>', 'number of the stock')
      .option('--json', 'print JSON')
      .action(async (slug: string, stockId: string, { json }: { json?: boolean }) => {
        const changed = await withServices(cli, async (services) =>
          changeState(services, await merchantNamed(services, slug), { change: changes[name], stockId, by }),
        )
        answer(cli, json, shown(changed), linesOf(changed))
      }),
  )
}

function shown({ stockId, creatorMchid, status, stock, warnings }: Changed) {
  return { stock_id: stockId, creator: creatorMchid, status, imported: stock !== undefined, warnings }
}

function linesOf({ stockId, status, stock, warnings }: Changed): string[] {
  return [
    `stock ${stockId}: ${stateInWords(status)}`,
    ...(stock ? [] : ['  it is not imported yet: stock import']),
    ...warnings.map((warning) => `  warning: ${warning}`),
  ]
}
