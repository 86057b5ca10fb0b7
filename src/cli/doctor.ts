import { Command } from 'commander'
import { keepExamination } from '../doctor/examinations.ts'
import { examine } from '../doctor/examine.ts'
import { by } from './by.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

export function doctorCommand(cli: Cli): Command {
  return new Command('doctor')
    .description('test live what a merchant needs for sending coupons; exit 1 when something is wrong')
    .argument('<merchant>', 'slug of the merchant')
    .option('--stock <stock>', 'number of the stock to test; unset: the imported ones that are not over')
    .option('--json', 'print JSON')
    .action(async (slug: string, { stock, json }: { stock?: string; json?: boolean }) => {
      const findings = await withServices(cli, async (services) => {
        const merchant = await merchantNamed(services, slug)
        if (stock !== undefined) return examine(services, merchant, { stockId: stock })
        const found = await examine(services, merchant)
        await keepExamination(services, merchant, { by, findings: found })
        return found
      })
      const lines = findings.map(({ check, ok, message, cure }) =>
        [`${ok ? '✓' : '✗'} ${check}  ${message}`, ...(cure ? [`    → ${cure}`] : [])].join('\n'),
      )
      answer(cli, json, findings, lines)
      if (findings.some(({ ok }) => !ok)) cli.foundWanting()
    })
}
