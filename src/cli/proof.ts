import { Command } from 'commander'
import { prove } from '../claims/proof.ts'
import { answer, type Cli, merchantNamed, withServices } from './cli.ts'

export function proofCommand(cli: Cli): Command {
  return new Command('proof')
    .description('replay the ledger and show each limit and how far it was used; exit 1 when one was broken')
    .argument('[merchant]', 'slug of the merchant; unset: all of them')
    .option('--json', 'print JSON')
    .action(async (slug: string | undefined, { json }: { json?: boolean }) => {
      const proof = await withServices(cli, async (services) => {
        if (slug !== undefined) await merchantNamed(services, slug)
        return prove(services, slug)
      })
      const lines = proof.lines.map(
        ({ limit, used, allowed, ok }) => `${ok ? 'held  ' : 'BROKEN'}  ${used} of ${allowed}  ${limit}`,
      )
      const verdict = proof.ok ? 'every limit held' : ['the ledger is not in order:', ...proof.failures].join('\n')
      answer(cli, json, proof, [...lines, verdict])
      if (!proof.ok) cli.foundWanting()
    })
}
