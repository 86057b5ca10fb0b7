import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { strToU8, zipSync } from 'fflate'
import { evidenceOf } from '../grants/evidence.ts'
import { type Cli, withServices } from './cli.ts'
import { CliRefusal } from './cli-refusal.ts'

/** `grants evidence`: one zip for WeChat's support. */
export function evidenceCommand(cli: Cli): Command {
  return new Command('evidence')
    .description(
      "write one zip for WeChat's support: a grant's requests without their signatures, every answer, Request-IDs and times; prints its path",
    )
    .argument('<grant>', 'id of the grant')
    .option('--out <path>', 'where to write it: a file that ends in .zip, or a folder', '.')
    .action(async (grantId: string, { out }: { out: string }) => {
      const files = await withServices(cli, (services) => evidenceOf(services, grantId))
      if (!files) throw new CliRefusal(`there is no grant ${grantId}`)
      const zipped = zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])))
      const path = resolve(out.endsWith('.zip') ? out : join(out, `evidence-${grantId}.zip`))
      // It names a member, so only the operator may read it.
      writeFileSync(path, zipped, { mode: 0o600 })
      cli.print(path)
    })
}
